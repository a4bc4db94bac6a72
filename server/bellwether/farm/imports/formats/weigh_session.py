"""A weigh session: one weight a line, from a scale, a reader or a spreadsheet."""

import re
from datetime import date

from bellwether.farm.imports.judging.weighing import Tags, Weighing
from bellwether.farm.imports.reading import columns, values
from bellwether.farm.imports.reading.format import Format
from bellwether.farm.imports.reading.layout import Header, Layout
from bellwether.farm.imports.taking import weighings
from bellwether.sheep import identifiers, traits
from bellwether.sheep.eid import parse_eid
from bellwether.sheep.findings import Broken, broken
from bellwether.sheep.reading.times import parse_time
from bellwether.sheep.traits import Trait

COLUMNS = {
    "eid": columns.TAGS["eid"],
    "vid": columns.TAGS["vid"],
    "id": columns.TAGS["id"],
    "date": ("DATE", "WEIGHDATE", "WEIGHTDATE"),
    "time": ("TIME", "WEIGHTIME"),
    "weight": ("WEIGHT", "WEIGHTKG", "LIVEWEIGHT", "LIVEWEIGHTKG", "WT", "WTKG", "KG"),
    "weight_lb": ("WEIGHTLB", "WEIGHTLBS", "LIVEWEIGHTLB", "WTLB", "LB", "LBS"),
    "unit": ("UNIT", "UNITS", "WEIGHTUNIT"),
    "group": ("GROUP", "MOB", "MANAGEMENTGROUP", "MGMTGROUP", "GRP"),
    "trait": ("TRAIT", "STAGE"),
}
NEEDED = {
    "date": frozenset({"date"}),
    "weight": frozenset({"weight", "weight_lb"}),
    "eid, vid or id": frozenset({"eid", "vid", "id"}),
}
DIGISTAR = {"eid": 0, "weight": 1, "unit": 2, "date": 5, "time": 6}
UNITS = {"": "", "KG": "kg", "KGS": "kg", "LB": "lb", "LBS": "lb"}


def digistar(head: list[str]) -> Header | None:
    """A Digi-Star scale: EID, weight, LB or KG, lock, GR or NT, date, time, flag, with no header."""
    has_shape = len(head) >= 7 and len(re.sub(r"\D", "", head[0])) >= 14 and head[2].upper() in ("LB", "KG")
    return Header(dict(DIGISTAR), date_order="mdy", is_missing=True) if has_shape else None


def read(cells: list[str], layout: Layout, today: date) -> Weighing:
    """Tags, date, trait and weight in kg."""
    tags = read_tags(cells, layout)
    trait = read_trait(layout.cell(cells, "trait"), layout.trait)
    day = values.parse_past(layout.cell(cells, "date"), layout.date_order, today, field="date")
    raw, unit = read_weight(cells, layout)
    value = traits.kilograms(values.parse_number(raw, field="weight"), unit)
    traits.check_hard(trait, value, field="weight")
    return Weighing(
        eid=tags.eid,
        vid=tags.vid,
        id=tags.id,
        eid_warning=tags.eid_warning,
        trait=trait.code,
        date=day,
        time=parse_time(layout.cell(cells, "time")),
        value=round(value, 6),
        raw_value=raw[:40],
        raw_unit=unit,
        group=layout.cell(cells, "group")[:40],
    )


def read_tags(cells: list[str], layout: Layout) -> Tags:
    """All that may name the animal. A spoilt EID passes only if something else names it."""
    vid = identifiers.tag_value(layout.cell(cells, "vid"))
    number = identifiers.tag_value(layout.cell(cells, "id"))
    raw = layout.cell(cells, "eid")
    eid, warning = "", None
    if identifiers.tag_value(raw):
        try:
            eid = parse_eid(raw)
        except Broken as error:
            if not (vid or number):
                raise
            warning = error.finding.code
    if not (eid or vid or number):
        raise broken("no_tag", "no tag was read", "find the animal and add its tag", field="eid", verdict="no_tag")
    return Tags(eid, vid, number, warning)


def read_trait(cell: str, default: str | None) -> Trait:
    """The trait of this line: its own, else that of the file."""
    found = traits.find_weight(cell or default or "")
    if found is None:
        raise broken("trait_unknown", f"{cell[:40]!r} is no weight", "write WWT, PWT, ...", field="trait")
    return found


def read_weight(cells: list[str], layout: Layout) -> tuple[str, str]:
    """The weight as written, and its unit."""
    raw, pounds = layout.cell(cells, "weight"), layout.cell(cells, "weight_lb")
    if not raw and not pounds:
        raise broken("weight_missing", "there is no weight", "add it, or leave the line out", field="weight")
    unit = UNITS.get(layout.cell(cells, "unit").upper())
    if unit is None:
        raise broken("unit_unknown", f"{layout.cell(cells, 'unit')[:20]!r} is no unit", "write kg or lb", field="unit")
    if not raw:
        return pounds, "lb"
    return raw, unit or "kg"


FORMAT = Format(
    kind="weights",
    row=Weighing,
    columns=COLUMNS,
    needed=NEEDED,
    dates=frozenset({"date"}),
    read=read,
    take=weighings.take,
    needs_trait=True,
    without_header=digistar,
)
