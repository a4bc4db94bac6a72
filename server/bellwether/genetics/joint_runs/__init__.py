"""Joint runs: the flocks of all farms of an agreement evaluated as one, and each farm's share of it."""
