"""Exact ranking over the whole catalog: top-k with its parts, measures, evaluation."""
