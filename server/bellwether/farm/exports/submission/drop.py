"""A drop as it is to be sent, and the rules that it must pass: each fault names its animal."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import NamedTuple

from bellwether.sheep.traits import TRAITS

MOST_RAMS = 10
MOST_WITHOUT_SIRE = 0.3
DAYS_OF_A_LITTER = 2
GROWTH_DAYS = {"GFW": 183, "FD": 152}
UNGROUPED = frozenset({"B", "-"})
USUAL: Mapping[str, tuple[int, int]] = MappingProxyType({})
"""The windows of the dictionary are those of LAMBPLAN."""


class Fault(NamedTuple):
    """What is wrong with an animal, or with one value of it, and what becomes of that."""

    code: str
    tag: str
    trait: str
    message: str
    fix: str
    leaves_out: str
    """`animal`, `value`, `sire` or nothing."""
    key: str


class Value(NamedTuple):
    """One measurement."""

    trait: str
    value: float
    day: date
    group: str
    age_days: int | None


@dataclass
class Syndicate:
    """Rams that ran together."""

    id: str
    year: int
    n_rams: int


@dataclass
class Row:
    """One animal of the submission."""

    key: str
    tag: str
    id: str
    sex: str
    is_wether: bool
    birth_date: date | None
    drop_year: int | None
    birth_type: int | None
    rear_type: int | None
    is_transfer: bool
    birth_group: str
    sire: str = ""
    dam: str = ""
    dam_key: str = ""
    recipient: str = ""
    syndicate: Syndicate | None = None
    roles: frozenset[str] = frozenset()
    lost_parents: tuple[str, ...] = ()
    values: dict[str, Value] = field(default_factory=dict)
    shorn: tuple[date, ...] = ()

    def fault(self, code: str, trait: str, message: str, fix: str, leaves_out: str) -> Fault:
        """One of it."""
        return Fault(code, self.tag, trait, message, fix, leaves_out, self.key)


def faults_of(rows: Sequence[Row], windows: Mapping[str, tuple[int, int]] = USUAL) -> list[Fault]:
    """Everything that would be refused, by the checks of one animal, of litters, of groups and of drops.

    `windows` are those of stages in which another scheme than LAMBPLAN has windows of its own.
    """
    found = [fault for row in rows for fault in (*of_animal(row), *of_values(row, windows))]
    return [*found, *of_litters(rows), *of_groups(rows), *of_drops(rows)]


def of_animal(row: Row) -> Iterator[Fault]:
    """Its number, its role, its parents."""
    if not row.id:
        yield row.fault("no_id", "", "it has no 16-character ID", "register it with one", "animal")
    elif row.birth_date and row.id[6:10] != str(row.birth_date.year):
        text = f"the ID says {row.id[6:10]}, the birth date {row.birth_date}"
        yield row.fault("id_year_mismatch", "", text, "correct one of them", "animal")
    if row.is_transfer and not row.recipient:
        text = "an embryo transfer without recipient"
        yield row.fault("recipient_missing", "", text, "add the recipient", "animal")
    wanted = {"sire": "male", "dam": "female"}
    for role in sorted(row.roles):
        if row.sex != wanted[role] or (role == "sire" and row.is_wether):
            text = f"it is a {role} and {'a wether' if row.is_wether else row.sex}"
            yield row.fault("sex_clash", "", text, "correct the sex or the parent", "animal")
    for parent in row.lost_parents:
        text = f"its {parent} has no 16-character ID and is sent as unknown"
        yield row.fault("parent_without_id", "", text, f"register the {parent}", "")
    if row.syndicate is not None:
        yield from of_syndicate(row, row.syndicate)


def of_syndicate(row: Row, found: Syndicate) -> Iterator[Fault]:
    """I25: one to ten rams, of the year before the progeny."""
    if not 1 <= found.n_rams <= MOST_RAMS:
        text = f"its syndicate has {found.n_rams} rams"
        yield row.fault("syndicate_size", "", text, f"a syndicate has 1 to {MOST_RAMS} rams", "sire")
    if row.drop_year is not None and found.year != row.drop_year - 1:
        text = f"its syndicate is of {found.year}, the lamb of {row.drop_year}"
        yield row.fault("syndicate_year", "", text, "a syndicate is of the year before its lambs", "sire")
    if not found.id:
        fix = "give it a code of at most 6 letters and digits"
        yield row.fault("syndicate_code", "", "its syndicate has no code that fits an ID", fix, "sire")


def of_values(row: Row, windows: Mapping[str, tuple[int, int]]) -> Iterator[Fault]:
    """I22: a value has its group, and its animal the age of the stage; wool has grown long enough."""
    for value in row.values.values():
        trait = TRAITS[value.trait]
        if not value.group and trait.stage not in UNGROUPED:
            text = f"{value.trait} of {value.day} has no group"
            yield row.fault("group_missing", value.trait, text, "record the group", "value")
        window = trait.window_days and windows.get(trait.stage, trait.window_days)
        if window and value.age_days is not None and not window[0] <= value.age_days <= window[1]:
            text = f"{value.trait} at {value.age_days} days, outside {window[0]} to {window[1]}"
            yield row.fault("outside_window", value.trait, text, "check stage and date", "value")
        if value.age_days is None:
            text = f"{value.trait} of {value.day}, and no birth date"
            yield row.fault("no_birth_date", value.trait, text, "add the birth date", "value")
        yield from of_growth(row, value)


def of_growth(row: Row, value: Value) -> Iterator[Fault]:
    """Since the shearing before, or since birth."""
    least = GROWTH_DAYS.get(value.trait[1:])
    if least is None:
        return
    before = [day for day in (*row.shorn, *([row.birth_date] if row.birth_date else [])) if day < value.day]
    if before and (value.day - max(before)).days < least:
        text = f"{value.trait} of {value.day} after {(value.day - max(before)).days} days of growth"
        yield row.fault("growth_too_short", value.trait, text, f"it needs {least} days", "value")


def of_litters(rows: Iterable[Row]) -> Iterator[Fault]:
    """Lambs of one dam within two days are of one birth type, and no more than it says."""
    by_dam: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row.dam_key and row.birth_date and not row.is_transfer:
            by_dam[row.dam_key].append(row)
    for lambs in by_dam.values():
        lambs.sort(key=lambda row: (born(row), row.key))
        for litter in litters(lambs):
            types = {row.birth_type for row in litter} - {None}
            if len(types) > 1 or any(size is not None and len(litter) > size for size in types):
                said = ", ".join(f"{row.tag} {row.birth_type or '?'}" for row in litter)
                for row in litter:
                    text = f"{len(litter)} lambs of one litter, birth types: {said}"
                    yield row.fault("twin_types_differ", "", text, "correct the birth types", "animal")


def litters(lambs: Sequence[Row]) -> Iterator[list[Row]]:
    """Of one dam, by birth date."""
    litter: list[Row] = []
    for row in lambs:
        if litter and (born(row) - born(litter[0])).days > DAYS_OF_A_LITTER:
            yield litter
            litter = []
        litter.append(row)
    if litter:
        yield litter


def born(row: Row) -> date:
    """Its birth date; a lamb without one is in no litter."""
    assert row.birth_date is not None
    return row.birth_date


def of_groups(rows: Iterable[Row]) -> Iterator[Fault]:
    """I24: wethers never share a group with rams, nor lambs of an embryo transfer with others."""
    groups: defaultdict[tuple[object, ...], list[Row]] = defaultdict(list)
    for row in rows:
        for value in row.values.values():
            if TRAITS[value.trait].stage not in UNGROUPED:
                groups[value.trait, row.drop_year, row.birth_group, value.group].append(row)
    for (trait, *_), mates in groups.items():
        rams = [row for row in mates if row.sex == "male" and not row.is_wether]
        natural = [row for row in mates if not row.is_transfer]
        for row in mates:
            if row.is_wether and rams:
                text = f"a wether in a group of {trait} with the ram {rams[0].tag}"
                yield row.fault("wether_among_rams", str(trait), text, "record another group for wethers", "value")
            if row.is_transfer and natural:
                text = f"an embryo transfer in a group of {trait} with {natural[0].tag}, which is none"
                yield row.fault("et_among_others", str(trait), text, "record another group for them", "value")


def of_drops(rows: Iterable[Row]) -> Iterator[Fault]:
    """I25: no more than three in ten of a drop have no sire, or a syndicate."""
    drops: defaultdict[int | None, list[Row]] = defaultdict(list)
    for row in rows:
        if row.values:
            drops[row.drop_year].append(row)
    for year, lambs in drops.items():
        without = [row for row in lambs if not row.sire]
        if len(without) > MOST_WITHOUT_SIRE * len(lambs):
            text = f"{len(without)} of {len(lambs)} of the drop {year} have no sire or a syndicate"
            for row in without:
                yield row.fault("too_many_without_sire", "", text, "find their sires", "animal")


def sound(rows: Sequence[Row], faults: Iterable[Fault]) -> list[Row]:
    """What may be sent: without the animals and the values that a fault is about."""
    animals = {fault.key for fault in faults if fault.leaves_out == "animal"}
    values = {(fault.key, fault.trait) for fault in faults if fault.leaves_out == "value"}
    sires = {fault.key for fault in faults if fault.leaves_out == "sire"}
    kept = [row for row in rows if row.key not in animals]
    for row in kept:
        row.values = {code: value for code, value in row.values.items() if (row.key, code) not in values}
        if row.key in sires:
            row.syndicate = None
    return kept
