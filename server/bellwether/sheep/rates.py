"""The rates of a breeding season: each with its numerator, its denominator and what it means."""

from collections.abc import Callable, Iterable, Sequence
from typing import Literal, NamedTuple


class Ewe(NamedTuple):
    """A ewe in one season."""

    is_joined: bool
    foetuses: int | None = None
    """None: she was not scanned."""
    age: int | None = None
    """In years, when she was scanned."""
    has_lambed: bool = False
    is_gone: bool = False
    """She left or died, and did not lamb before."""


class Lamb(NamedTuple):
    """A lamb of the season."""

    is_alive: bool = True
    """It was born alive."""
    litter_size: int | None = None
    dam_age: int | None = None
    dam_foetuses: int | None = None
    dam_scan_age: int | None = None
    is_marked: bool = False
    is_weaned: bool = False


class Heads(NamedTuple):
    """Head without tags of a season: nothing tells them apart, so they are only where their number is enough."""

    ewes_joined: int = 0
    lambs_marked: int = 0


NO_HEAD = Heads()


class Rate(NamedTuple):
    """A share; `value` is None where there is nothing to share."""

    name: str
    numerator: int
    denominator: int
    value: float | None
    unit: Literal["%", "lambs per ewe"]
    definition: str
    by: Literal["litter_size", "dam_age"] | None = None
    group: str | None = None


class Counts(NamedTuple):
    """Of what the rates are made."""

    ewes_joined: int
    ewes_scanned: int
    ewes_pregnant: int
    ewes_lambed: int
    foetuses: int
    lambs_born: int
    lambs_born_alive: int
    lambs_marked: int
    lambs_weaned: int
    ewes_dry: int
    ewes_lost: int
    untagged_ewes_joined: int
    untagged_lambs_marked: int


def counts(ewes: Sequence[Ewe], lambs: Sequence[Lamb], heads: Heads = NO_HEAD) -> Counts:
    """Of ewes and lambs, each counted once."""
    scanned = [ewe for ewe in ewes if ewe.foetuses is not None]
    pregnant = [ewe for ewe in scanned if ewe.foetuses]
    born = [lamb for lamb in lambs if lamb.litter_size is not None]
    return Counts(
        sum(ewe.is_joined for ewe in ewes),
        len(scanned),
        len(pregnant),
        sum(ewe.has_lambed for ewe in ewes),
        sum(ewe.foetuses or 0 for ewe in scanned),
        len(born),
        sum(lamb.is_alive for lamb in born),
        sum(lamb.is_marked for lamb in lambs),
        sum(lamb.is_weaned for lamb in lambs),
        len(scanned) - len(pregnant),
        sum(not ewe.has_lambed and not ewe.is_gone for ewe in pregnant),
        *heads,
    )


def rates(ewes: Sequence[Ewe], lambs: Sequence[Lamb], heads: Heads = NO_HEAD) -> list[Rate]:
    """All of a season."""
    n = counts(ewes, lambs, heads)
    marked, joined = n.lambs_marked + n.untagged_lambs_marked, n.ewes_joined + n.untagged_ewes_joined
    found = [
        percent("pregnancy", n.ewes_pregnant, n.ewes_scanned, "Ewes scanned pregnant, of ewes scanned"),
        percent("pregnancy_of_joined", n.ewes_pregnant, n.ewes_joined, "Ewes scanned pregnant, of ewes joined"),
        percent("scanning", n.foetuses, n.ewes_scanned, "Foetuses scanned, of ewes scanned; " + MULTIPLE),
        percent("scanning_of_joined", n.foetuses, n.ewes_joined, "Foetuses scanned, of ewes joined; " + MULTIPLE),
        percent("lambing", n.lambs_born, n.ewes_joined, "Lambs born, live and dead, of ewes joined"),
        litter_size(n),
        percent("marking", marked, joined, MARKING),
        percent("weaning", n.lambs_weaned, n.ewes_joined, "Lambs weaned, of ewes joined"),
        percent("scan_to_marking", n.lambs_marked, n.foetuses, SCAN_TO_MARKING),
        percent("birth_to_weaning", weaned_alive(lambs), n.lambs_born_alive, BIRTH_TO_WEANING),
        percent("dry", n.ewes_dry, n.ewes_scanned, "Ewes scanned empty, of ewes scanned"),
        percent("lost", n.ewes_lost, n.ewes_pregnant, LOST),
    ]
    return found + survival(ewes, lambs)


MARKING = "Lambs marked, of ewes joined; with tags and without"
MULTIPLE = "a short scan that saw more than one counts as two"
SCAN_TO_MARKING = "Lambs marked, of foetuses scanned"
BIRTH_TO_WEANING = "Lambs weaned, of lambs born alive; those whose birth is recorded"
LOST = (
    "Ewes scanned pregnant that have not lambed, of ewes scanned pregnant; those that left or died before not counted"
)


def litter_size(n: Counts) -> Rate:
    """Not a percentage."""
    text = "Lambs born, live and dead, to a ewe that lambed: the ewe who bore them, never the donor of an embryo (I9)"
    value = n.lambs_born / n.ewes_lambed if n.ewes_lambed else None
    return Rate("litter_size", n.lambs_born, n.ewes_lambed, value, "lambs per ewe", text)


def percent(name: str, numerator: int, denominator: int, definition: str) -> Rate:
    """Null where nothing is shared."""
    value = 100 * numerator / denominator if denominator else None
    return Rate(name, numerator, denominator, value, "%", definition)


def weaned_alive(lambs: Iterable[Lamb]) -> int:
    """Those of the lambs born alive that were weaned."""
    return sum(lamb.is_weaned for lamb in lambs if lamb.litter_size is not None and lamb.is_alive)


def survival(ewes: Sequence[Ewe], lambs: Sequence[Lamb]) -> list[Rate]:
    """Both survivals by litter size and by the age of the dam."""
    scanned = [ewe for ewe in ewes if ewe.foetuses]
    marked = [lamb for lamb in lambs if lamb.is_marked and lamb.dam_foetuses]
    born = [lamb for lamb in lambs if lamb.litter_size is not None and lamb.is_alive]
    found: list[Rate] = []
    for by, of_ewe, of_marked, of_born in BREAKDOWNS:
        for group in sorted({of_ewe(ewe) for ewe in scanned}):
            foetuses = sum(ewe.foetuses or 0 for ewe in scanned if of_ewe(ewe) == group)
            n_marked = sum(of_marked(lamb) == group for lamb in marked)
            text = f"{SCAN_TO_MARKING} of ewes scanned with so many" if by == "litter_size" else SCAN_TO_MARKING
            found.append(percent("scan_to_marking", n_marked, foetuses, text)._replace(by=by, group=group))
        for group in sorted({of_born(lamb) for lamb in born}):
            mine = [lamb for lamb in born if of_born(lamb) == group]
            rate = percent("birth_to_weaning", weaned_alive(mine), len(mine), BIRTH_TO_WEANING)
            found.append(rate._replace(by=by, group=group))
    return found


def grouped(number: int | None, top: int) -> str:
    """1, 2, 3+; unknown."""
    return "unknown" if number is None else f"{top}+" if number >= top else str(number)


By = Literal["litter_size", "dam_age"]
BREAKDOWNS: tuple[tuple[By, Callable[[Ewe], str], Callable[[Lamb], str], Callable[[Lamb], str]], ...] = (
    (
        "litter_size",
        lambda ewe: grouped(ewe.foetuses, 3),
        lambda lamb: grouped(lamb.dam_foetuses, 3),
        lambda lamb: grouped(lamb.litter_size, 3),
    ),
    (
        "dam_age",
        lambda ewe: grouped(ewe.age, 7),
        lambda lamb: grouped(lamb.dam_scan_age, 7),
        lambda lamb: grouped(lamb.dam_age, 7),
    ),
)
