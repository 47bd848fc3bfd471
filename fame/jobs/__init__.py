"""Long work, done one at a time in processes of its own that nobody need wait for: trainings and traces."""
