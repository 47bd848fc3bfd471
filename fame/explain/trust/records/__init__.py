"""What was found when explanations were put to the test, stored beside the model. No torch: shown at once."""
