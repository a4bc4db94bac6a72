"""Frozen data sets of a project, which can be cited and taken again."""
