"""Sentences computed from what was measured; none claims more than that shows."""
