"""Which past items a recommendation comes from."""
