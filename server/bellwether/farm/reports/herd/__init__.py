"""Reports about the whole flock: losses, health, wool, what its records are worth."""
