"""What only Train draws."""
