"""Farms that are evaluated together: which of their animals are one, their tables as one, and each farm's part."""
