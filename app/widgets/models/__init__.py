"""What only Models draws."""
