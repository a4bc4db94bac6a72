"""Starts, watches and stops every part of the platform on one machine."""
