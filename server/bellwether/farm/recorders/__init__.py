"""People who record one kind of thing in one flock for a while and see nothing of the farm: vets, scanners."""
