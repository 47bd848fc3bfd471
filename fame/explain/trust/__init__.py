"""How true explanations are, and what that test costs."""
