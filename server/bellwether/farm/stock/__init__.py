"""How many head of each class a farm has: tagged animals, and mobs that are counted and not tagged."""
