"""Parents written in any of their identifiers and any spelling, rows in any order, in one file or in two: one truth."""

import random
from collections.abc import Callable
from typing import Any, NamedTuple

from ..conftest import Farmer, NewFarmer, animals_of
from .conftest import listed

HEAD = "ID,EID,Tag,Name,Sex,DOB,Sire,Dam"


class Parent(NamedTuple):
    """A parent by all that it is called."""

    number: int
    is_male: bool

    @property
    def eid(self) -> str:
        """A British one, which has a print form too."""
        return f"8260713393{self.number:05}"

    @property
    def registration(self) -> str:
        """Sixteen characters."""
        return f"161234202020{self.number:04}"

    @property
    def tag(self) -> str:
        """In the ear."""
        return f"{'RE'[not self.is_male]} {self.number}"

    @property
    def row(self) -> str:
        """Of a list."""
        sex = "M" if self.is_male else "F"
        return f"{self.registration},{self.eid},{self.tag},Name {self.number},{sex},2020-08-01,,"

    def written(self, chance: random.Random) -> str:
        """One of its identifiers in one of its spellings."""
        e, r = self.eid, self.registration
        cells = [
            *(e, f"{e[:3]} {e[3:]}", f"0{e}", f"{e}.0", f"'{e}", f"urn:iso:std:iso:11784:{e}"),
            *(f"UK {e[3:10]} {e[10:]}", f"UK{int(e[3:10])} {self.number}", f"uk-{e[3:10]}-{e[10:]}"),
            *(r, f"{r[:2]} {r[2:]}", f"{r[:6]}-{r[6:10]}-{r[10:]}"),
            *(self.tag, self.tag.lower(), self.tag.replace(" ", "")),
            *(f"name {self.number}", f"NAME  {self.number}"),
        ]
        return chance.choice(cells)


async def test_every_spelling_finds_the_same_parent(
    new_farmer: NewFarmer, chance: random.Random, rounds: Callable[[int, int], int]
) -> None:
    for _ in range(rounds(3, 100)):
        await one_flock(await new_farmer(), chance)


async def one_flock(farmer: Farmer, chance: random.Random) -> None:
    """Ten parents and thirty lambs; the rows of parents come before or after, in the same file or in a later one."""
    parents = [Parent(number, number % 2 == 0) for number in chance.sample(range(1, 9999), 10)]
    sires, dams = [p for p in parents if p.is_male], [p for p in parents if not p.is_male]
    if not sires or not dams:
        return
    truth, lambs = {}, []
    for number in range(30):
        sire, dam = chance.choice(sires), chance.choice(dams)
        truth[f"L{number}"] = (sire.registration, dam.registration)
        lambs.append(f",,L{number},,F,2023-08-01,{sire.written(chance)},{dam.written(chance)}")
    rows = [*lambs, *(parent.row for parent in parents)]
    chance.shuffle(rows)
    # an ancestor of each spelling at first, if they are cut in two
    cut = chance.choice((0, len(rows), chance.randrange(len(rows))))
    for part in (rows[:cut], rows[cut:]):
        found = await listed(farmer, *part, head=HEAD) if part else {}
        assert [(row["raw"], row["findings"]) for row in found.values() if not row["is_accepted"]] == [], (rows, cut)
    assert parents_of(await animals_of(farmer)) == truth, (rows, cut)


def parents_of(found: list[dict[str, Any]]) -> dict[str, tuple[str, str]]:
    """Lamb -> registrations of its parents; no animal beside those that the rows are about."""
    assert len(found) == 40
    assert not any(animal["reference_only"] for animal in found)
    numbers = {
        animal["id"]: item["value"]
        for animal in found
        for item in animal["identifiers"]
        if item["scheme"] == "au.sheepgenetics"
    }
    return {a["tag"]: (numbers[a["sire_id"]], numbers[a["dam_id"]]) for a in found if a["sire_id"] is not None}
