"""What the records of the farm are worth to an evaluation."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from bellwether.farm.health import repository as health
from bellwether.farm.health.models import WithheldSale
from bellwether.farm.own_traits import repository as own_traits
from bellwether.farm.reports import charts, repository
from bellwether.farm.reports.asking import OfDrop
from bellwether.farm.reports.declaring import Asked, Cell, Column, Found, percent, report, share
from bellwether.farm.reports.models import AnimalFact, MeasuredFact, OpenFact
from bellwether.platform.database.transactions import Session
from bellwether.sheep.traits import Known, Trait

FEWEST = 5


class Facts(NamedTuple):
    """Animals and all their measurements."""

    animals: dict[UUID, AnimalFact]
    measured: list[MeasuredFact]
    traits: Known
    open: OpenFact = OpenFact(0, 0, 0)
    sold_withheld: Sequence[WithheldSale] = ()


async def read(session: Session, asked: Asked[OfDrop]) -> Facts:
    """Of the farm."""
    known = await own_traits.known(session, asked.farm_id)
    measured = await repository.measured(session, asked.farm_id, known)
    animals = await repository.animals(session, asked.farm_id)
    sold = await health.sold_withheld(session, asked.farm_id)
    return Facts(animals, measured, known, await repository.in_dispute(session, asked.farm_id), sold)


def count(facts: Facts, asked: Asked[OfDrop]) -> Found:
    """A row for each thing that may be missing."""
    drop = asked.parameters.drop
    own = {k: a for k, a in facts.animals.items() if not a.reference_only and drop in (None, a.drop_year)}
    rows = [line("animals", what, bad, len(own)) for what, bad in of_animals(own.values())] if own else []
    weighed = {each.animal_id for each in facts.measured}
    strangers = sum(key in facts.animals and facts.animals[key].reference_only for key in weighed)
    if strangers:
        rows.append(line("animals", "weighed and not registered: to identify", strangers, len(weighed)))
    if facts.open.of_conflicts:
        rows.append(line("devices", "conflicts that nobody has settled", facts.open.conflicts, facts.open.of_conflicts))
    if facts.open.disputed:
        rows.append(line("numbers", "animals with a number that another one has too", facts.open.disputed, len(own)))
    sold = Counter(map(str, facts.sold_withheld))
    rows += [line("sales", what, found, len(facts.sold_withheld)) for what, found in sold.items()]
    by_trait: dict[str, list[MeasuredFact]] = {}
    for each in facts.measured:
        if each.animal_id in own:
            by_trait.setdefault(each.trait, []).append(each)
    for trait, records in sorted(by_trait.items()):
        rows += [line(trait, what, bad, len(records)) for what, bad in of_records(facts.traits[trait], records)]
        sizes = Counter(r.contemporary_group for r in records if r.contemporary_group)
        small = sum(n < FEWEST for n in sizes.values())
        rows.append(line(trait, f"contemporary groups with fewer than {FEWEST}", small, len(sizes)))
    others = sum(each.animal_id not in own for each in facts.measured)
    return Found(rows, {"measurements of other animals": others} if others else {})


def of_animals(animals: Iterable[AnimalFact]) -> list[tuple[str, int]]:
    """What is missing of animals."""
    own = list(animals)
    return [
        ("without a day of birth", sum(a.birth_date is None for a in own)),
        ("without a sire", sum(a.sire_id is None for a in own)),
        ("with several rams that may be the sire", sum(a.sire_id is None and a.in_syndicate for a in own)),
        ("without a dam", sum(a.dam_id is None for a in own)),
        ("without a birth type", sum(a.birth_type is None for a in own)),
        ("of unknown sex", sum(a.sex == "unknown" for a in own)),
    ]


def of_records(trait: Trait, records: list[MeasuredFact]) -> list[tuple[str, int]]:
    """What is missing of measurements."""
    window = trait.window_days
    outside = sum(
        r.age_days is not None and window is not None and not window[0] <= r.age_days <= window[1] for r in records
    )
    return [
        ("records without an age", sum(r.age_days is None for r in records)),
        ("records without a contemporary group", sum(r.contemporary_group is None for r in records)),
        ("records outside of the window of the stage", outside),
    ]


def line(of: str, what: str, bad: int, among: int) -> tuple[Cell, ...]:
    """One row."""
    return of, what, bad, among, percent(bad, among)


COLUMNS = (
    Column(
        "of",
        "Of",
        "Animals, the trait of the records, what devices said, numbers, or sales of animals that were withheld",
    ),
    Column("what", "What", "What is missing, or is not as it should be"),
    Column("found", "Found", "How many", "whole"),
    Column("among", "Among", "Of how many animals, records or groups", "whole"),
    share("found_pct", "Share", "Found / among", "found", "among"),
)
QUALITY = report(
    "data-quality",
    title="Quality of the data",
    says="What is missing of animals and records, and would be missed by an evaluation.",
    parameters=OfDrop,
    columns=COLUMNS,
    chart=charts.plot(
        "bar", height=320, y=charts.named(COLUMNS, "what"), x=charts.named(COLUMNS, "found_pct"),
        color=charts.named(COLUMNS, "of"), yOffset={"field": "of"},
    ),
    read=read,
    count=count,
)  # fmt: skip
