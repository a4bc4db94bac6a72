"""Connectedness: whether the flocks, or the groups, of a run may be compared."""
