"""Settings and presets, losses, the trainer, and the run folder that can be watched, stopped and resumed."""
