"""A flock list: one animal a line with identifiers, parents, birth and measurements by stage."""

from datetime import date
from functools import partial

from bellwether.farm.imports.judging.animal_row import AnimalRow, Written
from bellwether.farm.imports.reading import columns, values
from bellwether.farm.imports.reading.format import Format
from bellwether.farm.imports.reading.layout import Layout, at
from bellwether.farm.imports.taking import animals
from bellwether.farm.measurements.ledger import Measurement
from bellwether.sheep import identifiers, traits
from bellwether.sheep.findings import broken
from bellwether.sheep.identifiers import Identifier

COLUMNS = {
    **columns.TAGS,
    "name": ("NAME", "ANIMALNAME"),
    "sire": ("SIRE", "SIREID"),
    "dam": ("DAM", "DAMID"),
    "sex": ("SEX", "GENDER"),
    "birth_date": ("DOB", "BIRTHDATE", "DATEOFBIRTH"),
    "birth_type": ("BTYPE", "BIRTHTYPE", "BT"),
    "rear_type": ("RTYPE", "REARTYPE", "RT"),
    "et": ("ET", "EMBRYOTRANSFER"),
    "recipient": ("RECIPIENT", "RECIPIENTDAM", "RECIPIENTID"),
    "birth_group": ("BGROUP", "BIRTHGROUP", "BGRP"),
}
MALES, FEMALES, WETHERS = {"1", "M", "MALE", "RAM"}, {"2", "F", "FEMALE", "EWE", "E"}, {"WETHER", "W"}
YES = {"Y", "YES", "1", "TRUE", "T"}


def read(cells: list[str], layout: Layout, today: date, *, is_strict: bool) -> AnimalRow:
    """The animal as the line describes it; absent values are None. `is_strict`: every ID in its full form."""
    known = read_identifiers(cells, layout, is_strict=is_strict)
    birth = layout.cell(cells, "birth_date")
    day = values.parse_past(birth, layout.date_order, today, field="birth_date") if birth else None
    year = check_year(known, day)
    sex, fertility = read_sex(layout.cell(cells, "sex"))
    birth_type, rear_type = whole(cells, layout, "birth_type", 1), whole(cells, layout, "rear_type", 0)
    transfer = layout.cell(cells, "et").upper()
    measured = read_measurements(cells, layout, today, day)
    sire, dam, recipient = (read_parent(cells, layout, role, known) for role in ("sire", "dam", "recipient"))
    if sire and sire == dam:
        raise broken("same_parents", "sire and dam are the same", "correct one", field="dam", verdict="conflict")
    return AnimalRow(
        identifiers=tuple(written(item) for item in known),
        sex=sex,
        fertility=fertility,
        birth_date=day,
        drop_year=year,
        birth_type=birth_type,
        rear_type=rear_type,
        is_embryo_transfer=transfer in YES if transfer else None,
        birth_group=layout.cell(cells, "birth_group")[:40] or None,
        measurements=tuple(measured),
        sire=sire,
        dam=dam,
        recipient=recipient,
        is_strict=is_strict,
    )


def written(item: Identifier) -> Written:
    """An identifier without its scope, which is known later."""
    return Written(item.scheme, item.value, item.kind, item.raw[:100])


def read_identifiers(cells: list[str], layout: Layout, *, is_strict: bool) -> list[Identifier]:
    """Registration, EID, visual tag, name; the first one names the row."""
    number, eid = layout.cell(cells, "id"), layout.cell(cells, "eid")
    vid = identifiers.tag_value(layout.cell(cells, "vid"))
    found = []
    if identifiers.tag_value(number):
        found.append(identifiers.registration(number, is_strict=is_strict))
    elif is_strict:
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


def read_parent(cells: list[str], layout: Layout, role: str, known: list[Identifier]) -> Written | None:
    """A parent's identifier in normal form."""
    cell = layout.cell(cells, role)
    if not identifiers.tag_value(cell):
        return None
    parent = identifiers.cited(cell, field=role)
    if parent.key in {own.key for own in known}:
        text = f"{parent.value} is its own {role}"
        raise broken("own_parent", text, "correct the parent", field=role, verdict="conflict")
    return written(parent)


def read_measurements(cells: list[str], layout: Layout, today: date, born: date | None) -> list[Measurement]:
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
        day = values.parse_past(text, layout.date_order, today, field=field) if text else born
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
        found.append(Measurement(code, day, value, raw[:40], group))
    return found


FORMAT = Format(
    kind="flock",
    row=AnimalRow,
    columns=COLUMNS,
    needed={"id, eid or vid": frozenset({"id", "eid", "vid"})},
    dates=frozenset({"birth_date"}),
    read=partial(read, is_strict=False),
    take=animals.take,
    has_trait_columns=True,
    key=lambda row: row.key,
)
