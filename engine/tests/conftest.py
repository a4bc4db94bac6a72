"""Kernels may be compiled in the first example of a property test: no deadline, and few examples."""

from hypothesis import settings

settings.register_profile("engine", deadline=None, max_examples=40)
settings.load_profile("engine")
