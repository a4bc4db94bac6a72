"""Measurements that count, of any trait: read where weights are."""

from bellwether.farm.measurements.repository import listing

__all__ = ["listing"]
