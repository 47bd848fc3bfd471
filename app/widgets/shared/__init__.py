"""What several pages draw, and the frame around each."""
