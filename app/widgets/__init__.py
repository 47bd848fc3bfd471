"""Functions that draw one reusable piece of a page."""
