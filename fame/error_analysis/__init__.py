"""Where a model is wrong, for whom, and why: slices and kinds of errors over every held-out event of a trace."""
