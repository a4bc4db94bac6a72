"""Stays on the farm and fates of animals: what follows from the events that came and went."""
