"""What caused a recommendation: exact parts, and interventions that run the model again without something."""
