"""What facets and experts are, tested on the data that they learned from."""
