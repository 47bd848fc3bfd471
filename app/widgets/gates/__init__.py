"""What only Gates draws."""
