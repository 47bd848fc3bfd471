"""The few pieces that the browser draws by itself: a folder each with its script, its style and a Python face."""
