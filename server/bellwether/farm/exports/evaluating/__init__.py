"""A flock as an evaluation reads it, in the forms of several programs."""
