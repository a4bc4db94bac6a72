"""The genetic effects of a model, one kind of block in each file: what their relationships come from."""
