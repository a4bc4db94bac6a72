"""Days in the yards: what is recorded, entered once, and what came of it."""
