"""What is read of a request, strictly, and what is said of what cannot be read."""
