"""What only Why draws."""
