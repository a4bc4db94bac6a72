"""A submission to Sheep Genetics: an animal list in which every animal and parent has its 16-character ID."""

from dataclasses import replace
from functools import partial

from bellwether.farm.imports.formats import flock_list

FORMAT = replace(
    flock_list.FORMAT,
    kind="sg",
    needed={"id": frozenset({"id"})},
    read=partial(flock_list.read, is_strict=True),
)
