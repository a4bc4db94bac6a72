"""A submission to Sheep Genetics: an animal list in which every animal and parent has its 16-character ID."""

from dataclasses import replace
from functools import partial

from bellwether.farm.imports.formats import flock_list
from bellwether.farm.imports.formats.flock_by_heart import Known
from bellwether.sheep.identifiers import SHEEP_GENETICS_SHAPE


def is_like(ids: list[str]) -> bool:
    """Whether all IDs have the form of Sheep Genetics."""
    return bool(ids) and all(SHEEP_GENETICS_SHAPE.match("".join(cell.split()).upper()) for cell in ids)


FORMAT = replace(
    flock_list.FORMAT,
    kind="sg",
    needed={"id": frozenset({"id"})},
    read=partial(flock_list.read, is_strict=True),
    by_heart=partial(Known, is_strict=True),
    is_like=is_like,
)
