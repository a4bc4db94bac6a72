"""Reports about paddocks."""
