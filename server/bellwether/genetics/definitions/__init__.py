"""Definitions: what is evaluated and how, under a name, version by version."""
