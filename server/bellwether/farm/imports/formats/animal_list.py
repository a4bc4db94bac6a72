"""One line of an animal list: identifiers, parents, birth and, in a submission, measurements by stage."""

from datetime import date
from typing import Any

from bellwether.farm.imports.formats.weigh_session import past
from bellwether.farm.imports.reading import values
from bellwether.farm.imports.reading.layout import Layout, at
from bellwether.sheep import identifiers, traits
from bellwether.sheep.findings import broken
from bellwether.sheep.identifiers import Identifier

MALES, FEMALES, WETHERS = {"1", "M", "MALE", "RAM"}, {"2", "F", "FEMALE", "EWE", "E"}, {"WETHER", "W"}
YES = {"Y", "YES", "1", "TRUE", "T"}
PARENTS = ("sire", "dam", "recipient")


def read(cells: list[str], layout: Layout, today: date) -> dict[str, Any]:
    """The animal as the line describes it; absent values are None."""
    known = read_identifiers(cells, layout)
    birth = layout.cell(cells, "birth_date")
    day = (
        past(values.parse_date(birth, layout.date_order, field="birth_date"), today, field="birth_date")
        if birth
        else None
    )
    year = check_year(known, day)
    sex, fertility = read_sex(layout.cell(cells, "sex"))
    return {
        "identifiers": [[i.scheme, i.value, i.kind, i.raw[:100]] for i in known],
        "sex": sex,
        "fertility": fertility,
        "birth_date": day and day.isoformat(),
        "drop_year": year,
        "birth_type": whole(cells, layout, "birth_type", 1),
        "rear_type": whole(cells, layout, "rear_type", 0),
        "is_embryo_transfer": layout.cell(cells, "et").upper() in YES if layout.cell(cells, "et") else None,
        "birth_group": layout.cell(cells, "birth_group")[:40] or None,
        "measurements": read_measurements(cells, layout, today, day),
        **read_parents(cells, layout, known),
    }


def read_identifiers(cells: list[str], layout: Layout) -> list[Identifier]:
    """Registration, EID, visual tag, name; the first one names the row."""
    number, eid = layout.cell(cells, "id"), layout.cell(cells, "eid")
    vid = identifiers.tag_value(layout.cell(cells, "vid"))
    found = []
    if identifiers.tag_value(number):
        found.append(identifiers.registration(number, is_strict=layout.kind == "sg"))
    elif layout.kind == "sg":
        raise broken("no_id", "there is no ID", "write the 16-character ID", field="id", verdict="no_tag")
    if identifiers.tag_value(eid):
        found.append(identifiers.electronic(eid))
    if not vid and found and identifiers.year_of(found[0]) is not None:
        vid = found[0].value[-6:]
    if vid:
        found.append(Identifier(identifiers.VISUAL, vid, "visual", layout.cell(cells, "vid") or vid))
    if not found:
        raise broken("no_id", "nothing names this animal", "add an ID or a tag", field="id", verdict="no_tag")
    if name := layout.cell(cells, "name"):
        found.append(identifiers.named(name, ""))
    return found


def check_year(known: list[Identifier], day: date | None) -> int | None:
    """The drop: the year of birth, which the ID must carry as well."""
    year = identifiers.year_of(known[0])
    if year and day and year != day.year:
        raise broken(
            "id_year_mismatch",
            f"the ID says {year}, the birth date {day}",
            "correct the birth date or the ID",
            field="birth_date",
        )
    return day.year if day else year


def read_sex(cell: str) -> tuple[str, str]:
    """Sex and fertility; 1 stands for rams and wethers alike."""
    text = cell.upper()
    if text in MALES:
        return "male", "unknown"
    if text in FEMALES:
        return "female", "unknown"
    if text in WETHERS:
        return "male", "neutered"
    if text in ("", "?", "U", "UNKNOWN", "0"):
        return "unknown", "unknown"
    raise broken("sex_unknown", f"{cell[:20]!r} is no sex", "write 1 for males, 2 for females", field="sex")


def whole(cells: list[str], layout: Layout, name: str, low: int) -> int | None:
    """Birth or rear type."""
    cell = layout.cell(cells, name)
    return values.parse_whole(cell, low, 12, field=name) if cell else None


def read_parents(cells: list[str], layout: Layout, known: list[Identifier]) -> dict[str, Any]:
    """The parents' identifiers in normal form."""
    found: dict[str, Any] = {}
    for role in PARENTS:
        cell = layout.cell(cells, role)
        parent = None
        if identifiers.tag_value(cell):
            parent = identifiers.registration(cell, is_strict=layout.kind == "sg", field=role)
            if parent.key in {own.key for own in known}:
                raise broken(
                    "own_parent",
                    f"{parent.value} is its own {role}",
                    "correct the parent",
                    field=role,
                    verdict="conflict",
                )
        found[role] = parent and [parent.scheme, parent.value, parent.kind, parent.raw[:100]]
    if found["sire"] and found["sire"] == found["dam"]:
        raise broken("same_parents", "sire and dam are the same", "correct one", field="dam", verdict="conflict")
    return found


def read_measurements(cells: list[str], layout: Layout, today: date, born: date | None) -> list[dict[str, Any]]:
    """Every trait with a value in this line."""
    found = []
    for code, (place, date_place, group_place) in layout.measurements.items():
        raw = at(cells, place)
        if not raw:
            continue
        trait, field = traits.TRAITS[code], code.lower()
        value = values.parse_number(raw, field=field)
        traits.check_hard(trait, value, field=field)
        text = at(cells, date_place)
        if not text and not (trait.is_at_birth and born):
            raise broken("date_missing", f"{code} has no date", "add the date of the measurement", field=field)
        day = past(values.parse_date(text, layout.date_order, field=field), today, field=field) if text else born
        assert day is not None
        if born and day < born:
            raise broken(
                "before_birth",
                f"{code} on {day} is before birth",
                "correct a date",
                field=field,
                verdict="out_of_range",
            )
        group = at(cells, group_place)[:40]
        found.append({"trait": code, "date": day.isoformat(), "value": value, "raw_value": raw[:40], "group": group})
    return found
