"""What only Predict draws."""
