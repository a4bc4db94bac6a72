"""Groups of animals: mobs that are run together, groups of an analysis, drafted lists."""
