"""Reports about weights."""
