"""The stored genotypes of a run: chosen once, named by their digests, written to the same file again."""
