"""Data Processing Service: what came in, what was made of it, and from what."""
