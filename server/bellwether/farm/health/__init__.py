"""What animals were given and what they ate, and until when they are withheld from a market."""
