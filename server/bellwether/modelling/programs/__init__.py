"""Programs of others, called when a machine has them: found, run within bounds, and what they answer read."""
