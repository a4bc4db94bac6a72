"""Where animals and groups stood: what follows from the log, and what a paddock, a farm or an animal is asked of it."""
