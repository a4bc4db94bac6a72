"""Numbers by which authorities know a farm, and the farm that one of them names."""
