"""What happens to a file between its program and us.

Each kind of damage changes cells of `rows` and takes back, in `meant`, what nobody can know any more: a row whose
meaning is None may only be refused.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from .dialect import LB

WILD = ("-9", "-99", "999", "0", "3e1", "x", "#N/A", "1.2.3", "-", "true", "12 34", "٣٠", "1,200.5", "NaN", "inf")
Rows = list[list[str]]
Meant = list[float | None]
Damage = Callable[[Rows, Meant, dict[str, int], random.Random], None]


def some(rows: Rows, chance: random.Random) -> list[int]:
    """A quarter of the rows, at least one."""
    return chance.sample(range(len(rows)), max(1, len(rows) // 4))


def rounded_eids(rows: Rows, meant: Meant, places: dict[str, int], chance: random.Random) -> None:
    """A spreadsheet shows 9.82E+14."""
    for number in some(rows, chance) if "eid" in places else ():
        digits = rows[number][places["eid"]]
        rows[number][places["eid"]] = f"{digits[0]}.{digits[1:3]}E+14"


def lost_zeros(rows: Rows, meant: Meant, places: dict[str, int], chance: random.Random) -> None:
    """Leading zeros of tags are gone."""
    for row in rows if "vid" in places else ():
        row[places["vid"]] = row[places["vid"]].lstrip("0")


def formulas(rows: Rows, meant: Meant, places: dict[str, int], chance: random.Random) -> None:
    """`="..."` keeps a spreadsheet from changing an id."""
    for field in {"eid", "vid"} & places.keys():
        for row in rows:
            row[places[field]] = f'="{row[places[field]]}"'


def glued_units(rows: Rows, meant: Meant, places: dict[str, int], chance: random.Random) -> None:
    """70lb says its unit, whatever the file says."""
    for number in some(rows, chance):
        unit = chance.choice(["lb", " kg", "kg", " lbs"])
        cell = rows[number][places["weight"]]
        if meant[number] is not None:
            meant[number] = float(cell.replace(",", ".")) * (LB if "lb" in unit else 1)
            rows[number][places["weight"]] = cell + unit


def short_row(rows: Rows, meant: Meant, places: dict[str, int], chance: random.Random) -> None:
    """A cell is missing in the middle of a line."""
    row = chance.choice(rows)
    del row[chance.randrange(len(row) - 1)]


def long_row(rows: Rows, meant: Meant, places: dict[str, int], chance: random.Random) -> None:
    """A comma in a note that nobody quoted."""
    row = chance.choice(rows)
    row.insert(chance.randrange(len(row)), "left")


def wild_weights(rows: Rows, meant: Meant, places: dict[str, int], chance: random.Random) -> None:
    """Codes for missing values, and words."""
    for number in some(rows, chance):
        wild = [
            "-9",
            "-99",
            "999",
            "0",
            "3e1",
            "x",
            "#N/A",
            "1.2.3",
            "-",
            "true",
            "12 34",
            "٣٠",
            "1,200.5",
            "NaN",
            "inf",
        ]
        rows[number][places["weight"]] = chance.choice(wild)
        meant[number] = None


def other_order(rows: Rows, meant: Meant, places: dict[str, int], chance: random.Random) -> None:
    """One date was typed the other way round, where the rest of the file can prove it."""
    shapes = {number: row[places["date"]].split("/") for number, row in enumerate(rows)}
    proofs = [n for n, p in shapes.items() if len(p) == 3 and len(p[0]) < 3 and max(int(p[0]), int(p[1])) > 12]
    if len(proofs) > 1:
        number = chance.choice(proofs)
        first, second, year = shapes[number]
        rows[number][places["date"]] = f"{second}/{first}/{year}"
        meant[number] = None


DAMAGES: tuple[Damage, ...] = (
    rounded_eids, lost_zeros, formulas, glued_units, short_row, long_row, wild_weights, other_order,
)  # fmt: skip
