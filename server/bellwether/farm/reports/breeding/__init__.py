"""Reports about families: sires, ewes, inbreeding, links between groups."""
