"""What each ram of a syndicate sired: what is told, and what is to be expected of the rest."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

from bellwether.farm.reports import charts, repository
from bellwether.farm.reports.asking import OfDrop
from bellwether.farm.reports.declaring import Asked, Cell, Column, Found, percent, report, share
from bellwether.farm.reports.models import AnimalFact, SireClaim
from bellwether.platform.database.transactions import Session

ANOTHER = "another ram"
ALONE = "animals with one ram to be their sire"


class Facts(NamedTuple):
    """Animals, and every claim about a sire of one that may have several."""

    animals: dict[UUID, AnimalFact]
    claims: list[SireClaim]


class Lamb(NamedTuple):
    """One of several rams is, or was, to be the sire: each with the probability that is told of him."""

    syndicate: str
    drop: int | None
    rams: Mapping[UUID, float | None]
    excluded: frozenset[UUID]
    sire: UUID | None
    by_dna: bool

    def chances(self) -> dict[UUID, float]:
        """Of the rams that are left while none is accepted: as told, what is left of 1 shared by the others, sum 1."""
        left = {ram: p for ram, p in self.rams.items() if ram not in self.excluded}
        silent = sum(p is None for p in left.values())
        rest = max(0.0, 1 - sum(p for p in left.values() if p is not None))
        found = {ram: rest / silent if p is None else p for ram, p in left.items()}
        total = sum(found.values())
        return {ram: p / total if total else 1 / len(found) for ram, p in found.items()}


async def read(session: Session, asked: Asked[OfDrop]) -> Facts:
    """Of the whole farm."""
    animals = await repository.animals(session, asked.farm_id)
    return Facts(animals, await repository.sire_claims(session, asked.farm_id))


def lambs(facts: Facts, drop: int | None) -> tuple[list[Lamb], int]:
    """Animals of a drop with several rams; and how many have one alone."""
    found, alone = [], 0
    for child_id, group in groupby(facts.claims, key=lambda claim: claim.child_id):
        animal, claims = facts.animals.get(child_id), list(group)
        if animal is None or drop not in (None, animal.drop_year):
            continue
        lamb = told(animal, claims, facts.animals)
        if lamb is None:
            alone += 1
        else:
            found.append(lamb)
    return found, alone


def told(animal: AnimalFact, claims: Iterable[SireClaim], animals: Mapping[UUID, AnimalFact]) -> Lamb | None:
    """What the claims about one animal say together: of several syndicates the one that was said last counts."""
    all_of = list(claims)
    live = [each for each in all_of if each.unit is not None and each.status in ("proposed", "accepted")]
    if not live:
        return None
    unit = live[-1].unit
    rams = {each.parent_id: each.probability for each in all_of if each.unit == unit}
    if len(rams) < 2:
        return None
    code = next((each.code for each in all_of if each.unit == unit and each.code), None)
    name = code or " + ".join(sorted(animals[ram].name if ram in animals else str(ram) for ram in rams))
    excluded = frozenset(each.parent_id for each in all_of if each.parent_type == "excluded_sire")
    sires = [each for each in all_of if each.parent_type == "sire" and each.status == "accepted"]
    sire = sires[0] if sires else None
    by_dna = sire is not None and sire.method == "dna"
    return Lamb(name, animal.drop_year, rams, excluded, None if sire is None else sire.parent_id, by_dna)


def count(facts: Facts, asked: Asked[OfDrop]) -> Found:
    """A row for each syndicate, drop and ram."""
    found, alone = lambs(facts, asked.parameters.drop)
    units: dict[tuple[str, int | None], list[Lamb]] = defaultdict(list)
    for lamb in found:
        units[lamb.syndicate, lamb.drop].append(lamb)
    rows: list[tuple[Cell, ...]] = []
    for (name, drop), family in sorted(units.items(), key=lambda unit: (unit[0][1] or 0, unit[0][0])):
        known = [lamb for lamb in family if lamb.sire is not None]
        rams = {ram for lamb in family for ram in lamb.rams}
        chances = [lamb.chances() for lamb in family if lamb.sire is None]
        counts = (name, drop, len(family), len(known))
        for tag, ram in sorted((facts.animals[ram].name if ram in facts.animals else str(ram), ram) for ram in rams):
            own = [lamb for lamb in known if lamb.sire == ram]
            out = sum(ram in lamb.excluded for lamb in family)
            expected = len(own) + sum(each.get(ram, 0.0) for each in chances)
            rows.append((*counts, ram, tag, *figures(own, out, len(known)), expected, percent(expected, len(family))))
        others = [lamb for lamb in known if lamb.sire not in rams]
        if others:
            expected = len(others)
            shares = *figures(others, 0, len(known)), expected, percent(expected, len(family))
            rows.append((*counts, None, ANOTHER, *shares))
    return Found(rows, {ALONE: alone} if alone else {})


def figures(own: list[Lamb], out: int, known: int) -> tuple[Cell, ...]:
    """Accepted for a ram, by DNA, excluded."""
    return len(own), percent(len(own), known), sum(lamb.by_dna for lamb in own), out


COLUMNS = (
    Column("syndicate", "Syndicate", "Its code; without one the rams of the joining"),
    Column("drop", "Drop", "The drop of the progeny", "year"),
    Column("progeny", "Progeny", "Animals of the drop that one of the rams was claimed to have sired", "whole"),
    Column("told", "Sire told", "Of these, those with an accepted sire, by whatever evidence", "whole"),
    Column("sire_id", "Sire id", "The ram", "id"),
    Column("sire", "Sire", f"His visual tag, or his id; {ANOTHER}: accepted was one that did not run with them"),
    Column("his", "His", "Of those whose sire is told, those whose accepted sire he is", "whole"),
    share("his_pct", "Share of progeny", "His / sire told", "his", "told"),
    Column("dna", "By DNA", "Of his, those that DNA told", "whole"),
    Column("excluded", "Excluded", "Progeny of which he is certainly not the sire", "whole"),
    Column("expected", "Expected", "His, and for each progeny without an accepted sire the probability of his claim: "
           "rams that are excluded fall out, of whom nothing is told share equally what is left of 1, and all are "
           "divided by their sum", "number"),
    share("expected_pct", "Expected share", "Expected / progeny", "expected", "progeny"),
)  # fmt: skip
SYNDICATES = report(
    "syndicate-sires",
    title="Progeny of the rams of a syndicate",
    says="Of the animals that one of several rams sired, how many are told to be whose, and how many each may expect.",
    parameters=OfDrop,
    columns=COLUMNS,
    chart=charts.plot(
        "bar", y=charts.named(COLUMNS, "syndicate"), x=charts.named(COLUMNS, "expected"),
        color=charts.named(COLUMNS, "sire"),
    ),
    read=read,
    count=count,
)  # fmt: skip
