"""What caused a recommendation: exact parts, and interventions that run the model again without something.

A room a question: `past`, `families`, `facets`, `meaning`, and `trust` about all of them. What is stored and shown is
in `records` and needs no torch; the other modules compute it.
"""
