"""From service to lamb: which service a birth can come from, and who bears, rears and is credited."""

from collections.abc import Hashable, Iterable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from bellwether.sheep.findings import Finding, broken, warning

USUAL = (135, 159)
"""Days of gestation that an exposure to rams must allow."""
USUAL_AFTER_SERVICE = (142, 155)
"""Where the day of the service is known."""
POSSIBLE = (120, 175)
"""Own limits: no lamb is born outside of them."""
SEASON = timedelta(days=300)
"""A joining that ended longer ago says nothing of a birth."""
LITTER = timedelta(days=2)
"""Litter mates are born within this."""


class Exposure(NamedTuple):
    """Days on which a ewe could conceive to a sire; `sire` None: to rams that nobody has named."""

    since: date
    until: date | None
    sire: Hashable | None
    donor: Hashable | None = None
    is_known: bool = False
    """The day of the service is known: artificial insemination, embryo transfer or hand mating."""

    @property
    def is_transfer(self) -> bool:
        """Whether the lamb is another ewe's."""
        return self.donor is not None

    def allows(self, born: date, days: tuple[int, int]) -> bool:
        """Whether a gestation of so many days fits."""
        until = born if self.until is None else self.until
        return (born - until).days <= days[1] and (born - self.since).days >= days[0]

    @property
    def usual(self) -> tuple[int, int]:
        """The days of gestation that are no surprise."""
        return USUAL_AFTER_SERVICE if self.is_known else USUAL


class Conception(NamedTuple):
    """Where a litter comes from: each sire that is possible, and the donor of an embryo."""

    sires: tuple[Hashable, ...] = ()
    donor: Hashable | None = None


def of_season(exposures: Iterable[Exposure], born: date) -> list[Exposure]:
    """Those that could have anything to do with a birth."""
    return [one for one in exposures if one.since <= born and (one.until is None or born - one.until <= SEASON)]


def check_gestation(name: str, exposures: Iterable[Exposure], born: date, *, field: str) -> Finding | None:
    """I3: a warning where the gestation would be unusual; nothing is said of a ewe whose joining is not known.

    Raises:
        Broken: every gestation would be impossible.
    """
    found = of_season(exposures, born)
    if not found or any(one.allows(born, one.usual) for one in found):
        return None
    nearest = min(found, key=lambda one: min(abs((born - day).days - 147) for day in (one.since, one.until or born)))
    since, until = nearest.since, nearest.until or born
    days = f"{(born - until).days} to {(born - since).days}" if since != until else str((born - since).days)
    text = f"{name} was exposed from {since} to {until}: a gestation of {days} days"
    fix = "correct the day of the lambing, or the days of the joining"
    if not any(one.allows(born, POSSIBLE) for one in found):
        raise broken("gestation_impossible", text, fix, field=field, verdict="conflict")
    return warning("gestation_unusual", text, fix, field=field)


def conception(name: str, exposures: Iterable[Exposure], born: date, said: bool | None, *, field: str) -> Conception:
    """The sires that are possible; the donor, where a transfer is recorded (I8). `said`: whether it was a transfer.

    Raises:
        Broken: a transfer is said of which nothing is recorded, or it could be one or not.
    """
    able = [one for one in of_season(exposures, born) if one.allows(born, POSSIBLE)]
    transfers = [one for one in able if one.is_transfer]
    natural = [one for one in able if not one.is_transfer]
    if said and not transfers:
        fix = "record embryo.transferred for the ewe first, or leave embryo_transfer out"
        raise broken("no_transfer", f"no embryo transfer of {name} leads to {born}", fix, field=field)
    if transfers and natural and said is None:
        text = f"{name} had an embryo transferred and was joined too: the litter may be of either"
        raise broken("which_conception", text, "say embryo_transfer: true or false", field=field)
    if transfers and said is not False:
        donors = {one.donor for one in transfers}
        if len(donors) > 1:
            text = f"{name} had embryos of {len(donors)} donors transferred"
            raise broken("which_donor", text, "take back the transfer that did not take", field=field)
        return Conception(sires_of(transfers, born), donors.pop())
    return Conception(sires_of(natural, born))


def sires_of(able: Sequence[Exposure], born: date) -> tuple[Hashable, ...]:
    """Those of the exposures that fit best; nobody where a ram that is not named is as likely."""
    usual = [one for one in able if one.allows(born, one.usual)]
    found = {one.sire for one in usual or able}
    return () if None in found else tuple(sorted(found, key=str))


class Rearing(NamedTuple):
    """A lamb was given to a ewe, or to nobody, to be reared by hand."""

    on: date
    place: int
    dam: Hashable | None


def rearing_dam(bore: Hashable | None, fostered: Iterable[Rearing], on: date | None = None) -> Hashable | None:
    """I8, I9: who rears a lamb on a day, or last: the ewe who bore it unless it was given to another one."""
    found = [one for one in fostered if on is None or one.on <= on]
    return max(found, key=lambda one: (one.on, one.place)).dam if found else bore
