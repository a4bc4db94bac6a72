"""Two animals that turn out to be one, and the way back."""
