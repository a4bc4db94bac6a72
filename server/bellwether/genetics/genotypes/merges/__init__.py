"""Samples and results of animals that the farm has merged, or made two again."""
