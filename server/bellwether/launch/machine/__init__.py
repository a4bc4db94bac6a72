"""Ports, folders, keys, processes and locks of this machine."""
