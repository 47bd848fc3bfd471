"""One folder = one model: `store` reads and writes it, `description` tells what it is without loading torch."""
