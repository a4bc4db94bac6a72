"""Samples whose calls count, as call sets."""
