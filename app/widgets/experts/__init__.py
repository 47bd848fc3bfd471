"""What only Experts draws."""
