"""Who died, at which age and of what."""

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from datetime import date, timedelta
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID

from bellwether.farm.reports import charts, repository
from bellwether.farm.reports.asking import OfDrop
from bellwether.farm.reports.declaring import Asked, Cell, Column, Found, percent, report, share
from bellwether.farm.reports.models import AnimalFact, StayFact
from bellwether.platform.database.transactions import Session

#: name, first day, last day (None: for ever); own
BANDS: tuple[tuple[str, int, int | None], ...] = (
    ("day 0 to 2", 0, 2),
    ("day 3 to 7", 3, 7),
    ("day 8 to weaning", 8, 100),
    ("weaned to 1 year", 101, 365),
    ("1 to 2 years", 366, 730),
    ("older", 731, None),
)
ALL, UNKNOWN = "all causes", "not said"


class Facts(NamedTuple):
    """Animals, what those that died have died of, who never lived, and when those were here that came or went."""

    animals: dict[UUID, AnimalFact]
    causes: dict[UUID, str | None]
    born_dead: Set[UUID] = frozenset()
    stays: Mapping[UUID, Sequence[StayFact]] = MappingProxyType({})


async def read(session: Session, asked: Asked[OfDrop]) -> Facts:
    """Of the farm."""
    farm_id = asked.farm_id
    animals, causes = await repository.animals(session, farm_id), await repository.deaths(session, farm_id)
    return Facts(
        animals, causes, await repository.born_dead(session, farm_id), await repository.stays(session, farm_id)
    )


def count(facts: Facts, asked: Asked[OfDrop]) -> Found:
    """A row for each band and cause."""
    own = [a for a in facts.animals.values() if not a.reference_only]
    own = [a for a in own if asked.parameters.drop in (None, a.drop_year)]
    known = [(a, a.birth_date) for a in own if a.birth_date is not None and a.id not in facts.born_dead]
    rows: list[tuple[Cell, ...]] = []
    for name, first, last in BANDS:
        at_risk = [(a, born) for a, born in known if was_here(facts, a, born + timedelta(first), asked.today)]
        died = Counter(
            facts.causes.get(a.id) or UNKNOWN for a, born in at_risk if a.fate == "dead" and is_in(a, born, last)
        )
        for cause, n in ((ALL, died.total()), *sorted(died.items())):
            rows.append((name, cause, len(at_risk), n, percent(n, len(at_risk))))
    left_out = {
        "animals without a day of birth": sum(a.birth_date is None for a in own),
        "lambs that were born dead": sum(a.birth_date is not None and a.id in facts.born_dead for a in own),
    }
    return Found(rows if known else [], {reason: n for reason, n in left_out.items() if n})


def was_here(facts: Facts, animal: AnimalFact, day: date, today: date) -> bool:
    """Alive on the farm at the start of this day, which has come."""
    stays = facts.stays.get(animal.id)
    if stays:
        return day <= today and any(stay.holds(day) for stay in stays)
    came = animal.arrived_on is None or animal.arrived_on <= day
    left = animal.fate != "alive" and animal.fate_on is not None and animal.fate_on < day
    return came and not left and day <= today


def is_in(animal: AnimalFact, born: date, last: int | None) -> bool:
    """Whether it died before the band was over."""
    return animal.fate_on is not None and (last is None or (animal.fate_on - born).days <= last)


COLUMNS = (
    Column("band", "Age", "Days since birth; weaning counts as day 100"),
    Column("cause", "Cause", "As the death was recorded"),
    Column(
        "at_start", "Alive at its start", "Animals that were alive on the farm on the first day of the band", "whole"
    ),
    Column("deaths", "Deaths", "Of these, those that died in the band", "whole"),
    share("mortality_pct", "Mortality", "Deaths / alive at its start", "deaths", "at_start"),
)
MORTALITY = report(
    "mortality",
    title="Mortality by age and cause",
    says="Deaths in each band of age, of the animals that were alive at its start.",
    parameters=OfDrop,
    columns=COLUMNS,
    chart=charts.plot(
        "bar",
        x=charts.named(COLUMNS, "band", sort=[name for name, *_ in BANDS]),
        y=charts.named(COLUMNS, "mortality_pct"),
        color=charts.named(COLUMNS, "cause"),
        xOffset={"field": "cause"},
    ),
    read=read,
    count=count,
)
