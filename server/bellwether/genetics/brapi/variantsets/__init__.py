"""Chips as variant sets."""
