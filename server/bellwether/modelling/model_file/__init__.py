"""The schema of a model, and the engine's model that follows from it."""
