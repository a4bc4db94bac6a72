"""Who may be the sire: syndicates, every claim about a parent, and which of them stands."""
