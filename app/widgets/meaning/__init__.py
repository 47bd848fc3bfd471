"""What only Meaning draws."""
