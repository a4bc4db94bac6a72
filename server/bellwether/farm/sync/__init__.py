"""Phones that work without signal: what changed since a device was here last, and what it did meanwhile."""
