"""What an animal is called does not depend on which of its identifiers somebody has read first."""

import random
from uuid import UUID

from bellwether.farm.imports.judging.animal_row import Facts
from bellwether.farm.imports.judging.herd import Herd
from bellwether.sheep import eid, identifiers
from bellwether.sheep.identifiers import CITED, LOCAL, NAME, SHEEP_GENETICS, Identifier
from bellwether.sheep.pedigree import loop_path

FLOCK = UUID(int=1)
IDENTIFIERS = [
    Identifier(NAME, "Bess", "name", "Bess", "1"),
    Identifier(CITED, "007", "registration", "007"),
    Identifier(LOCAL, "K3", "registration", "K3"),
    Identifier(SHEEP_GENETICS, "1612342019180007", "registration", "1612342019180007"),
    Identifier(eid.SCHEME, "982000123450007", "eid", "982000123450007"),
    identifiers.visual("B7", FLOCK, 2019),
    identifiers.visual("A7", FLOCK, 2020),
]


def test_an_animal_has_one_name_in_any_order(chance: random.Random) -> None:
    """In a list, in a message, and where a message asks which one is meant."""
    for _ in range(50):
        some = chance.sample(IDENTIFIERS, chance.randint(1, len(IDENTIFIERS)))
        found = set()
        for order in (some, chance.sample(some, len(some)), some[::-1]):
            herd = Herd(FLOCK, lambda: UUID(int=2))
            animal = herd.add(Facts("male", "fertile", None, None, None, None, False, None), order, is_reference=False)
            assert animal.tag == identifiers.display_tag(order)
            found.add((animal.tag, animal.described))
        assert len(found) == 1, some


def test_of_several_ways_round_the_same_one_is_told() -> None:
    """The shortest, whatever order the parents of an animal come in."""
    parents = {9: {8, 7}, 8: {1, 6}, 7: {1, 5}, 6: {1}}
    assert loop_path(parents, 1, 9) == [9, 7, 1]
    assert loop_path(parents, 1, 9, lambda key: str(-key)) == [9, 7, 1]
    assert loop_path(parents, 1, 9, lambda key: str(99 - key)) == [9, 8, 1]
    assert loop_path(parents, 4, 9) is None
