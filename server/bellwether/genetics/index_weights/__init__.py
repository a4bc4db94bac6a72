"""Index weights: from what traits are worth, must not change or should gain to the weights of an index."""
