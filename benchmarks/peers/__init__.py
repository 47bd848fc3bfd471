"""Public packages that train the same model, each in an environment of its own, for figures side by side."""
