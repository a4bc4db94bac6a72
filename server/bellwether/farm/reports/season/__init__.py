"""Reports of a season: its rates, and what each ewe made of it."""
