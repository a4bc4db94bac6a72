"""Parents of whom only probabilities are known."""
