"""What differs between two models: user by user over two traces, and facet by facet in what they learned."""
