"""What animals are called in files of other programs: their own tags, where these are short, plain and theirs alone."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from uuid import UUID

from bellwether.farm.exports.keys import Keys
from bellwether.modelling.flocks.flock_data import Animal
from bellwether.sheep.identifiers import CITED
from bellwether.sheep.missing import is_missing

# renumf90 reads no longer names, and none of the programs reads blanks, commas or quotes
PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_./-]{0,19}")
ORDER = {"registration": 0, "eid": 1, "visual": 2, "name": 3}


def labels_of(animals: Sequence[Animal], keys: Keys) -> Mapping[str, str]:
    """Id -> label. An animal without a plain identifier of its own gets `x` and its number in the pedigree."""
    known = {animal.id: names(keys, animal.id) for animal in animals}
    taken = Counter(name.casefold() for each in known.values() for name in each)
    found = {}
    for number, animal in enumerate(animals, 1):
        own = [name for name in known[animal.id] if taken[name.casefold()] == 1]
        found[animal.id] = own[0] if own else free(f"x{number}", taken)
    return found


def free(label: str, taken: Counter[str]) -> str:
    """That no animal has as its own."""
    while taken[label]:
        label += "_"
    return label


def names(keys: Keys, animal_id: str) -> list[str]:
    """The identifiers that all programs read as one word, the surest first, each once."""
    mine = sorted(keys.of.get(UUID(animal_id), ()), key=lambda item: (item.scheme == CITED, ORDER[item.kind]))
    plain = [item.value for item in mine if PLAIN.fullmatch(item.value) and not is_unknown(item.value)]
    return list({name.casefold(): name for name in plain}.values())


def is_unknown(name: str) -> bool:
    """Zeros stand for an unknown parent everywhere."""
    return is_missing(name) or not name.strip("0.-")
