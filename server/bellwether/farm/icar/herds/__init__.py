"""Animals that are run, moved and joined together, as resources of the standard."""
