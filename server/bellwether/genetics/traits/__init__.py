"""The trait dictionary."""
