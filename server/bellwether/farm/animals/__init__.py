"""Animals, their identifiers and the claims about their parents."""
