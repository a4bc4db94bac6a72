"""Health of the whole platform as its services tell it."""
