"""One line of a weigh session."""

from datetime import date
from typing import Any

from bellwether.farm.imports.reading import values
from bellwether.farm.imports.reading.layout import Layout
from bellwether.sheep import identifiers, traits
from bellwether.sheep.eid import parse_eid
from bellwether.sheep.findings import Broken, broken
from bellwether.sheep.traits import Trait

UNITS = {"": "", "KG": "kg", "KGS": "kg", "LB": "lb", "LBS": "lb"}


def read(cells: list[str], layout: Layout, today: date) -> dict[str, Any]:
    """Tags, date, trait and weight in kg."""
    tags = read_tags(cells, layout)
    trait = read_trait(layout.cell(cells, "trait"), layout.trait)
    day = past(values.parse_date(layout.cell(cells, "date"), layout.date_order, field="date"), today, field="date")
    raw, unit = read_weight(cells, layout)
    value = traits.kilograms(values.parse_number(raw, field="weight"), unit)
    traits.check_hard(trait, value, field="weight")
    time = values.parse_time(layout.cell(cells, "time"))
    return tags | {
        "trait": trait.code,
        "date": day.isoformat(),
        "time": time and time.isoformat(),
        "value": round(value, 6),
        "raw_value": raw[:40],
        "raw_unit": unit,
        "group": layout.cell(cells, "group")[:40],
    }


def read_tags(cells: list[str], layout: Layout) -> dict[str, Any]:
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
    return {"eid": eid, "vid": vid, "id": number, "eid_warning": warning}


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


def past(day: date, today: date, *, field: str) -> date:
    """A day that is over or is today."""
    if day > today or day.year < 1900:
        raise broken("date_impossible", f"{day} cannot be", "correct the date", field=field, verdict="out_of_range")
    return day
