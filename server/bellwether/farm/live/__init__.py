"""Numbers of a farm as they change."""
