"""Publications: which run a farm goes by, flock by flock."""
