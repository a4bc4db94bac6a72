"""Rankings of the animals of a run by an index."""
