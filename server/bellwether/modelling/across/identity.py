"""Which animals of several farms are one: by an official identifier that both have, and never by a guess."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

Number = tuple[str, str]
"""The scheme of an official identifier, and the identifier."""


@dataclass(frozen=True, slots=True)
class Known:
    """An animal as one farm knows it; `numbers` are all that it ever had, `disputed` those that others have too."""

    farm_id: str
    id: str
    sex: str
    drop_year: int | None = None
    reference_only: bool = False
    numbers: frozenset[Number] = frozenset()
    disputed: frozenset[Number] = frozenset()


@dataclass(frozen=True, slots=True)
class Doubt:
    """Animals of several farms that may be one or not: they stay apart; or what the farms say of one in two ways."""

    code: str
    message: str
    animals: tuple[str, ...]


@dataclass(frozen=True)
class Identity:
    """Each animal that is one with another under the animal that stands for all of them, and what was in doubt."""

    stands_for: Mapping[str, str]
    members: Mapping[str, tuple[Known, ...]]
    doubts: tuple[Doubt, ...]


NUMBER_TWICE = "an official identifier is on two animals of one farm, or disputed, so it says nothing across farms"
TWO_OF_ONE = "animals that are linked by official identifiers would be one, and two of them are of one farm"
OTHER_SEX = "animals with one official identifier are male on one farm and female on another"
OTHER_YEAR = "animals with one official identifier were born in different years"
OTHER_NUMBER = "animals with one official identifier have different ones of another scheme"


def same_animals(known: Sequence[Known]) -> Identity:
    """Who is who: one animal on several farms is one where they share an official identifier and nothing contradicts.

    The farm's own register is never changed: two animals of one farm stay two, whatever others say. What could be two
    ways is a doubt, and its animals stay apart.
    """
    bearers: defaultdict[Number, list[Known]] = defaultdict(list)
    for animal in known:
        for number in animal.numbers | animal.disputed:
            bearers[number].append(animal)
    doubts: list[Doubt] = []
    links: list[list[Known]] = []
    for number, of in sorted(bearers.items()):
        farms = {animal.farm_id for animal in of}
        if len(farms) < 2:
            continue
        if len(farms) < len(of) or any(number in animal.disputed for animal in of):
            doubts.append(doubt("number_twice", NUMBER_TWICE, of))
        else:
            links.append(of)
    stands_for: dict[str, str] = {}
    members: dict[str, tuple[Known, ...]] = {}
    for group in groups_of(links):
        found = contradiction(group)
        if found is not None:
            doubts.append(doubt(*found, group))
            continue
        first = min(group, key=lambda animal: (animal.reference_only, animal.id))
        members[first.id] = tuple(sorted(group, key=lambda animal: animal.farm_id))
        stands_for |= {animal.id: first.id for animal in group}
    return Identity(stands_for, members, tuple(doubts))


def doubt(code: str, message: str, animals: Iterable[Known]) -> Doubt:
    """A doubt about animals, in one order."""
    return Doubt(code, message, tuple(sorted(animal.id for animal in animals)))


def groups_of(links: Iterable[Sequence[Known]]) -> list[list[Known]]:
    """Animals that hang together by links."""
    leader: dict[str, str] = {}
    by_id: dict[str, Known] = {}

    def top(animal_id: str) -> str:
        while leader[animal_id] != animal_id:
            leader[animal_id] = animal_id = leader[leader[animal_id]]
        return animal_id

    for link in links:
        for animal in link:
            by_id[animal.id] = animal
            leader.setdefault(animal.id, animal.id)
            leader[top(animal.id)] = top(link[0].id)
    found: defaultdict[str, list[Known]] = defaultdict(list)
    for animal_id in sorted(by_id):
        found[top(animal_id)].append(by_id[animal_id])
    return [found[key] for key in sorted(found)]


def contradiction(group: Sequence[Known]) -> tuple[str, str] | None:
    """Why these are not one animal for certain."""
    if len({animal.farm_id for animal in group}) < len(group):
        return "two_of_one_farm", TWO_OF_ONE
    if len({animal.sex for animal in group} - {"unknown"}) > 1:
        return "other_sex", OTHER_SEX
    if len({animal.drop_year for animal in group} - {None}) > 1:
        return "other_drop_year", OTHER_YEAR
    if any(differ(a, b) for a, b in combinations(group, 2)):
        return "other_number", OTHER_NUMBER
    return None


def differ(a: Known, b: Known) -> bool:
    """Have both an identifier of some scheme, and none of it in common?"""
    schemes = {scheme for scheme, _ in a.numbers} & {scheme for scheme, _ in b.numbers}
    common = {scheme for scheme, _ in a.numbers & b.numbers}
    return bool(schemes - common)
