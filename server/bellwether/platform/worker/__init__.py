"""The process that runs jobs, relays and consumers."""
