"""What a machine needs, found or fetched."""
