"""What only Facet map draws."""
