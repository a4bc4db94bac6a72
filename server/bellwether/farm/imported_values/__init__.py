"""Breeding values that others have estimated, as they came: run by run, never changed (I27)."""
