"""Records of reproduction, made of joinings, lambings and weanings as a farm tells of them.

- NLB: lambs born of a ewe in a season, dead ones too; 0 where she was joined, was there, and did not lamb.
- NLW: lambs that she reared to weaning, fostered ones too, of a flock and season in which lambs were weaned.
- LE: ease of a lambing, 1 unassisted to 4 caesarean or veterinary. It is told of the whole litter, so the lamb that is
  named first has it: of two lambs the second says nothing new.
- LSV: 2 a lamb that was weaned, 1 one that was born dead or died before; one that was sold or lost says nothing.

A ewe that did not lamb counts only where lambings of her flock and season are recorded: else nobody knows. Embryos of
other ewes say nothing of the ewe that bore them, nor of their donor; a fostered lamb says nothing of its dam's care.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from bellwether.modelling.flocks.flock_data import Measurement, rows_of
from bellwether.sheep.traits.reproduction import REPRODUCTION

EASES = {"unassisted": 1, "easy_assisted": 2, "difficult_assisted": 3, "caesarean": 4, "veterinary": 4}
DIED, WEANED = 1.0, 2.0
# days: a lambing belongs to a joining between the shortest gestation from its start and the longest from its end
SHORTEST, USUAL, LONGEST = timedelta(130), timedelta(150), timedelta(165)
#: of rams that nobody has taken out
AS_LONG = timedelta(60)
#: a lamb that is dead at this age was alive at weaning, whether that was told or not
WEANED_BY = timedelta(150)
Flock = str
Place = tuple[Flock, int]


@dataclass(frozen=True, slots=True)
class Birth:
    """One lamb of a lambing, as the farm publishes it."""

    flock_id: str
    lambing_id: str
    dam_id: str
    lambed_on: date
    ease: str | None
    is_transfer: bool
    lamb_id: str
    place: int
    is_stillborn: bool
    died_on: date | None
    weaned_on: date | None
    rearing_dam_id: str


@dataclass(frozen=True, slots=True)
class Joined:
    """One ewe of a joining; `is_over`: no lamb of it is to come any more."""

    flock_id: str
    joining_id: str
    ewe_id: str
    started_on: date
    ended_on: date | None
    method: str
    gone_on: date | None
    is_over: bool

    @property
    def season(self) -> int:
        """The year in which its first lambs are due."""
        return (self.started_on + USUAL).year

    @property
    def last_due(self) -> date:
        """After it no lamb is of this joining."""
        return (self.ended_on or self.started_on + AS_LONG) + LONGEST

    def may_have(self, day: date) -> bool:
        """Whether a litter of that day may be of this joining."""
        return self.started_on + SHORTEST <= day <= self.last_due


def records_of(births: Iterable[Birth], joined: Iterable[Joined], codes: Collection[str]) -> list[Measurement]:
    """The records of these traits, in a fixed order."""
    by_ewe: defaultdict[str, list[Joined]] = defaultdict(list)
    for one in sorted(joined, key=lambda one: (one.started_on, one.joining_id)):
        by_ewe[one.ewe_id].append(one)
    litters: defaultdict[str, list[Birth]] = defaultdict(list)
    for birth in births:
        litters[birth.lambing_id].append(birth)
    lambings = [sorted(litter, key=lambda lamb: lamb.place) for _, litter in sorted(litters.items())]
    placed = [(season_of(litter[0], by_ewe[litter[0].dam_id]), litter) for litter in lambings]
    reared = weaned_by_ewe(placed)
    weaned = {place for place, litter in placed if any(lamb.weaned_on for lamb in litter)}
    found = [*of_ewes(placed, by_ewe, reared, weaned), *of_lambs(placed, weaned)]
    return sorted((one for one in found if one.trait in codes), key=lambda one: one.id)


def season_of(lamb: Birth, joined: Sequence[Joined]) -> Place:
    """Flock and season of a lambing: that of the joining it belongs to, else the year of its day."""
    own = [one for one in joined if one.may_have(lamb.lambed_on)]
    return lamb.flock_id, own[-1].season if own else lamb.lambed_on.year


def weaned_by_ewe(placed: Sequence[tuple[Place, Sequence[Birth]]]) -> dict[tuple[str, int], int]:
    """Lambs weaned, by the ewe that reared them and the season."""
    found: defaultdict[tuple[str, int], int] = defaultdict(int)
    for (_, season), litter in placed:
        for lamb in litter:
            found[lamb.rearing_dam_id, season] += lamb.weaned_on is not None
    return found


def of_ewes(
    placed: Sequence[tuple[Place, Sequence[Birth]]],
    by_ewe: dict[str, list[Joined]],
    reared: dict[tuple[str, int], int],
    weaned: Collection[Place],
) -> Iterable[Measurement]:
    """Lambs born and weaned of each ewe and season."""
    recorded = {place for place, _ in placed}
    born: defaultdict[tuple[str, Place], list[Sequence[Birth]]] = defaultdict(list)
    for place, litter in placed:
        born[litter[0].dam_id, place].append(litter)
    for (ewe, place), told in sorted(born.items()):
        if any(lamb.is_transfer for litter in told for lamb in litter):
            continue
        day = min(litter[0].lambed_on for litter in told)
        method = next((one.method for one in by_ewe[ewe] if one.may_have(day)), "natural")
        yield record(ewe, "NLB", sum(len(litter) for litter in told), day, place, method)
        if place in weaned:
            yield record(ewe, "NLW", reared.get((ewe, place[1]), 0), day, place, method)
    for ewe, joinings in sorted(by_ewe.items()):
        for place in sorted({(one.flock_id, one.season) for one in joinings}):
            own = [one for one in joinings if (one.flock_id, one.season) == place]
            is_there = all(one.gone_on is None or one.gone_on > one.last_due for one in own)
            counts = place in recorded and (ewe, place) not in born and is_there
            if not counts or not all(one.is_over and one.method != "et" for one in own):
                continue
            day = own[0].started_on + USUAL
            yield record(ewe, "NLB", 0, day, place, own[0].method)
            if place in weaned:
                yield record(ewe, "NLW", reared.get((ewe, place[1]), 0), day, place, own[0].method)


def of_lambs(placed: Sequence[tuple[Place, Sequence[Birth]]], weaned: Collection[Place]) -> Iterable[Measurement]:
    """Ease of lambings, and survival of lambs."""
    for place, litter in placed:
        first = litter[0]
        if first.ease is not None and not first.is_transfer:
            yield record(first.lamb_id, "LE", EASES[first.ease], first.lambed_on, place)
        for lamb in litter if place in weaned else ():
            outcome = survival(lamb)
            is_with_dam = not lamb.is_transfer and lamb.rearing_dam_id == lamb.dam_id
            if outcome is not None and is_with_dam:
                yield record(lamb.lamb_id, "LSV", outcome, lamb.lambed_on, place)


def survival(lamb: Birth) -> float | None:
    """Weaned or dead before; None where nobody knows."""
    if lamb.weaned_on is not None:
        return WEANED
    is_early = lamb.died_on is not None and lamb.died_on - lamb.lambed_on < WEANED_BY
    return DIED if lamb.is_stillborn or is_early else None


def record(animal: str, trait: str, value: float, day: date, place: Place, method: str = "") -> Measurement:
    """Of an animal, in the group of its flock and season; inseminated ewes are a group of their own."""
    flock, season = place
    group = f"{flock}/{season}" + ("/ai" if method.startswith("ai") else "")
    return Measurement(f"{trait}/{animal}/{day}", animal, trait, float(value), day.isoformat(), None, group)


def wanted(codes: Iterable[str]) -> list[str]:
    """Those of these traits that are made of events."""
    return [code for code in codes if code in REPRODUCTION]


def read_births(path: Path) -> list[Birth]:
    """From the CSV that COPY writes, columns in the order of `Birth`."""
    return [
        Birth(row[0], row[1], row[2], date.fromisoformat(row[3]), row[4] or None, row[5] == "t", row[6], int(row[7]),
              row[8] == "t", day_or_none(row[9]), day_or_none(row[10]), row[11])
        for row in rows_of(path)
    ]  # fmt: skip


def read_joined(path: Path) -> list[Joined]:
    """From the CSV that COPY writes, columns in the order of `Joined`."""
    return [
        Joined(row[0], row[1], row[2], date.fromisoformat(row[3]), day_or_none(row[4]), row[5], day_or_none(row[6]),
               row[7] == "t")
        for row in rows_of(path)
    ]  # fmt: skip


def day_or_none(cell: str) -> date | None:
    """A day, or nothing."""
    return date.fromisoformat(cell) if cell else None
