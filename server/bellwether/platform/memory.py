"""Making much that is kept: without Python's search for cycles, which would look at all of it again and again."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """What is made here is kept for long and has no cycles: looking for them costs as much as to make it."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
