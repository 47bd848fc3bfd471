"""Maps of the items, one a facet, stored beside the model: `compute` makes them (slow), `store` reads them (fast)."""
