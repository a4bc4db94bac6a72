"""Paddocks of a farm: where they lie, as they were drawn over the years."""
