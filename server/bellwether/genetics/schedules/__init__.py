"""Schedules: by the clock of a farm its stale flocks are evaluated anew."""
