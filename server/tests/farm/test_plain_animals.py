"""Rows that are judged by the short way get the verdict and leave the herd that the way of all rows gives."""

import random
from collections.abc import Callable
from datetime import date
from itertools import count
from uuid import UUID

import pytest
from bellwether.farm.imports.formats import flock_list
from bellwether.farm.imports.judging import animals, listing
from bellwether.farm.imports.judging.herd import Herd
from bellwether.farm.imports.judging.plain import animals as plain_animals
from bellwether.farm.imports.judging.sheep import Asked
from bellwether.farm.imports.reading.layout import Layout
from bellwether.farm.imports.reading.rows import read_file
from bellwether.farm.measurements.ledger import Ledger
from bellwether.sheep.traits import DICTIONARY

FIELDS = ("id", "eid", "vid", "name", "sire", "dam", "sex", "birth_date")
LAYOUT = Layout(
    kind="flock", encoding="utf-8", delimiter=",", header_line=1, n_lines=0, headers=list(FIELDS), date_order="ymd",
    columns={name: place for place, name in enumerate(FIELDS)}, decimal=".",
)  # fmt: skip
N = 14


def line(chance: random.Random, n: int) -> str:
    """An animal, mostly named in full; parents of earlier drops, mostly."""
    born = 2015 + n % 5
    names = [f"161234{born}18{n:04d}", f"98200012345{n:04d}", f"{n // 5:03d}", ""]
    if chance.random() < 0.2:
        names[chance.randrange(3)] = ""
    if chance.random() < 0.1 or not any(names):
        names[chance.randrange(4)] = chance.choice(("Bess", "7", f"{n:03d}"))
    parents = []
    for role in ("sire", "dam"):
        other = chance.randrange(N)
        is_fit = other % 2 == (role == "sire") and other % 5 < n % 5
        full, chip = f"161234{2015 + other % 5}18{other:04d}", f"98200012345{other:04d}"
        said = chance.choice((full, full, chip, f"{other // 5:03d}", "Bess", "K3"))
        parents.append(said if is_fit or chance.random() < 0.1 else "")
    day = f"{born}-{chance.choice((8, 8, 8, 9)):02d}-01" if chance.random() < 0.9 else ""
    return ",".join([*names, *parents, chance.choice(("M" if n % 2 else "F", "M" if n % 2 else "F", "")), day])


def listed(chance: random.Random) -> bytes:
    """Most animals from the oldest to the youngest, some once more."""
    some = sorted(chance.sample(range(N), chance.randint(4, N)), key=lambda n: n % 5)
    some += [chance.randrange(N) for _ in range(chance.randint(0, 3))]
    if chance.random() < 0.2:
        chance.shuffle(some)
    return ("\n".join([",".join(FIELDS), *(line(chance, n) for n in some)]) + "\n").encode()


def outcome(files: list[bytes], asked: Asked) -> tuple[list[object], object]:
    """What was said of the rows, and the herd, by the names of its animals."""
    ids = count(1)
    herd = Herd(UUID(int=0), lambda: UUID(int=next(ids)), asked=asked)
    ledger = Ledger({}, herd.new_id, DICTIONARY)
    said: list[object] = []
    for content in files:
        rows = [(row.row, row.data) for row in read_file(content, LAYOUT, flock_list.FORMAT, date(2026, 1, 1))]
        read = [(row, data) for row, data in rows if data is not None]
        herd.listing = listing.survey(read)
        for found in animals.judge(read, herd, ledger):
            said.append((found.row, found.verdict, found.findings, names(herd).get(found.animal_id)))
        herd.handed_over()
        for animal in herd.sheep.values():
            animal.is_of_this_import, animal.expected = False, None
    return said, as_told(herd)


def names(herd: Herd) -> dict[UUID | None, str]:
    """What each animal is called by all of its identifiers."""
    return {key: str(sorted(item.key[::2] for item in animal.identifiers)) for key, animal in herd.sheep.items()}


def as_told(herd: Herd) -> object:
    """Animals, claims and offspring without ids."""
    called = names(herd)
    sheep = [(called[key], a.tag, a.facts, a.is_reference, a.described) for key, a in herd.sheep.items()]
    claims = [(called[c.child_id], called[c.parent_id], c.role, c.method, c.status) for c in herd.claims.values()]
    births = [
        (called[key], sorted((called[child], role, str(born)) for (child, role), born in found.births.items()))
        for key, found in herd.offspring.items()
        if found.births
    ]
    ways = [(called[key], sorted(map(called.__getitem__, above))) for key, above in herd.parents.items() if above]
    keys = [(key[0], key[2], called[animal]) for key, animal in herd.by_key.items()]
    values = [
        (value, sorted({called[animal] for animal, _ in found})) for value, found in herd.by_value.items() if found
    ]
    zeros = sorted((value, sorted(found)) for value, found in herd.zeros.items())
    return [sorted(found, key=str) for found in (sheep, claims, births, ways, keys, values, zeros)]


def test_the_short_way_says_what_the_long_way_says(
    chance: random.Random, rounds: Callable[[int, int], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In files that are mostly tidy, whose animals come again."""
    n_plain, judge = 0, plain_animals.judge

    def counted(*said: object) -> object:
        nonlocal n_plain
        found = judge(*said)  # type: ignore[arg-type]
        n_plain += found is not None
        return found

    for _ in range(rounds(300, 20_000)):
        files = [listed(chance), listed(chance)]
        asked = Asked(on_unknown_parent=chance.choice(("add", "refuse")), lost_zeros=chance.choice(("refuse", "keep")))
        monkeypatch.setattr(plain_animals, "judge", counted)
        short = outcome(files, asked)
        monkeypatch.setattr(plain_animals, "judge", lambda *_: None)
        assert short == outcome(files, asked), b"\n".join(files).decode()
    assert n_plain > 0
