"""Selection indexes: weights of traits, version by version."""
