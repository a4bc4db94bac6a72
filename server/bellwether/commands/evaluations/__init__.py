"""The inputs of an evaluation, and what its command prints."""
