"""Which attribute families a recommendation comes from, and which of them drove it."""
