"""Train, serve and explain FAME, a sequential recommender whose attention heads are facets (arXiv 2411.01457)."""
