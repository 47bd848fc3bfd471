"""The pieces of Learn."""
