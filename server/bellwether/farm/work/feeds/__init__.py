"""Tasks as a calendar that other programs read."""
