"""Rows against what the farm knows: which are taken, which not, and why."""
