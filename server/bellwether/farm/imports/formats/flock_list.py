"""A flock list: one animal a line with identifiers, parents, birth and measurements by stage."""

import re
from datetime import date
from functools import lru_cache, partial

from bellwether.farm.imports.formats.flock_by_heart import Known
from bellwether.farm.imports.judging import listing
from bellwether.farm.imports.judging.animal_row import AnimalRow, Written
from bellwether.farm.imports.reading.entry import Entry
from bellwether.farm.imports.reading.format import Format
from bellwether.farm.imports.reading.layout import at
from bellwether.farm.measurements.ledger import Measurement
from bellwether.sheep import damage, identifiers, missing, pedigree, traits
from bellwether.sheep.findings import broken
from bellwether.sheep.identifiers import Identifier
from bellwether.sheep.reading import words
from bellwether.sheep.reading.headers import aliases

FIELDS = (
    "id", "eid", "vid", "name", "sire", "dam", "sex", "birth_date", "drop_year", "birth_type", "rear_type", "et",
    "recipient", "birth_group",
)  # fmt: skip
YEAR = re.compile(r"(?:19|20|21)[0-9]{2}")
CLEARABLE = frozenset(
    {"sire", "dam", "recipient", "sex", "birth_date", "drop_year", "birth_type", "rear_type", "birth_group"}
)
ROLES = ("sire", "dam", "recipient")
WORDS = {"sex": words.SEX, "birth_type": words.BIRTH_TYPE, "rear_type": words.REAR_TYPE, "et": words.ET}


def read(entry: Entry, *, is_strict: bool) -> AnimalRow:
    """The animal as the line describes it; absent values are None. `is_strict`: every ID in its full form."""
    known = entry.take(read_identifiers, entry, is_strict) or []
    day = entry.take(entry.day, "birth_date")
    year = entry.take(check_year, entry, known, day) if known else None
    sex, fertility = entry.take(read_sex, entry) or ("unknown", "unknown")
    births = [entry.take(read_count, entry, vocabulary) for vocabulary in (words.BIRTH_TYPE, words.REAR_TYPE)]
    transfer = entry.take(entry.word, words.ET)
    measured = read_measurements(entry, day)
    sire, dam, recipient = (entry.take(read_parent, entry, role, known) for role in ROLES)
    cleared = entry.take(read_cleared, entry)
    if sire and dam and sire[:2] == dam[:2]:
        entry.take(refuse_same_parents)
    entry.stop()
    return AnimalRow(
        identifiers=written_all(entry, known),
        sex=sex,
        fertility=fertility,
        birth_date=day,
        drop_year=year,
        birth_type=births[0],
        rear_type=births[1],
        is_embryo_transfer=transfer == "yes" if transfer else None,
        birth_group=entry.text("birth_group")[:40] or None,
        measurements=tuple(measured),
        sire=sire,
        dam=dam,
        recipient=recipient,
        cleared=cleared or frozenset(),
        is_strict=is_strict,
    )


def written(item: Identifier) -> Written:
    """An identifier without its scope, which is known later."""
    return Written(item.scheme, item.value, item.kind, item.raw[:100])


def read_cleared(entry: Entry) -> frozenset[str]:
    """The facts and parents that the line takes back.

    Raises:
        Broken: something that no list takes back.
    """
    places = entry.rules.places
    found = frozenset(field for field in FIELDS if entry.is_clear(places.get(field)))
    values = [code.lower() for code, spots in entry.rules.layout.measurements.items() if entry.is_clear(spots[0])]
    for field in (*sorted(found - CLEARABLE), *values):
        fix = "leave the cell empty; end the use of an identifier, or correct a measurement, in its own place"
        raise broken("cannot_clear", f"{field} is not taken back by a list", fix, field=field)
    return found


def written_all(entry: Entry, known: list[Identifier]) -> tuple[Written, ...]:
    """All identifiers of the line; a tag that nobody has written follows from the number."""
    is_said = bool(entry.identifier("vid"))
    return tuple(written(item)._replace(is_implied=item.kind == "visual" and not is_said) for item in known)


def refuse_same_parents() -> None:
    """One animal cannot be both."""
    raise broken("same_parents", "sire and dam are the same", "correct one", field="dam", verdict="conflict")


def read_identifiers(entry: Entry, is_strict: bool) -> list[Identifier]:
    """Registration, EID, visual tag, name; the first one names the row."""
    number, eid, tag = (entry.identifier(field) for field in ("id", "eid", "vid"))
    vid = identifiers.tag_value(damage.whole(tag, field="vid")) if tag else ""
    found = []
    if number:
        found.append(identifiers.registration(number, is_strict=is_strict))
    elif is_strict:
        raise broken("no_id", "there is no ID", "write the 16-character ID", field="id", verdict="no_tag")
    if eid:
        found.append(identifiers.electronic(eid))
    if not vid and found and identifiers.year_of(found[0]) is not None:
        vid = found[0].value[-6:]
    if vid:
        found.append(Identifier(identifiers.VISUAL, vid, "visual", tag or vid))
    if not found:
        raise broken("no_id", "nothing names this animal", "add an ID or a tag", field="id", verdict="no_tag")
    if name := entry.text("name"):
        identifiers.check_length(name, "name")
        found.append(identifiers.named(name, ""))
    return found


def check_year(entry: Entry, known: list[Identifier], day: date | None) -> int | None:
    """The drop: the year of birth, which the ID must carry as well, unless the line says of which one it is."""
    year, said = identifiers.year_of(known[0]), entry.text("drop_year")
    if year and day and year != day.year:
        raise broken(
            "id_year_mismatch",
            f"the ID says {year}, the birth date {day}",
            "correct the birth date or the ID",
            field="birth_date",
        )
    if not said:
        return day.year if day else year
    drop = int(said) if YEAR.fullmatch(said) else 0
    if not drop:
        raise broken("drop_year_unread", f"{said[:20]!r} is no year", "write it as 2024", field="drop_year")
    pedigree.check_drop(known[0].value, day, drop, field="drop_year")
    return drop


def read_sex(entry: Entry) -> tuple[str, str]:
    """Sex and fertility; 1 stands for rams and wethers alike."""
    found = entry.word(words.SEX) or "unknown"
    return ("male", "neutered") if found == "wether" else (found, "unknown")


def read_count(entry: Entry, vocabulary: words.Vocabulary) -> int | None:
    """Birth or rear type as a number of lambs."""
    found = entry.word(vocabulary)
    return int(found) if found else None


def read_parent(entry: Entry, role: str, known: list[Identifier]) -> Written | None:
    """A parent's identifier in normal form; a code for unknown is none, and several animals are no parent."""
    if entry.is_clear(entry.rules.places.get(role)):
        return None
    text = entry.raw(role)
    if not text:
        return None
    cell, warned = missing.parent(text, entry.rules.codes, field=role)
    if warned:
        entry.warnings.append(warned)
    if not cell:
        return None
    parent = cited(cell, role)
    if any(parent.key == own.key for own in known):
        text = f"{parent.value} is its own {role}"
        raise broken("own_parent", text, "correct the parent", field=role, verdict="conflict")
    return written(parent)


@lru_cache(identifiers.MANY)
def cited(cell: str, role: str) -> Identifier:
    """The parent that a cell names, once for all its offspring."""
    return identifiers.cited(cell, field=role)


def read_measurements(entry: Entry, born: date | None) -> list[Measurement]:
    """Every trait with a value in this line."""
    found = [
        entry.take(read_measurement, entry, code, spots, born)
        for code, spots in entry.rules.layout.measurements.items()
    ]
    return [measurement for measurement in found if measurement]


def read_measurement(entry: Entry, code: str, spots: list[int | None], born: date | None) -> Measurement | None:
    """One trait with its date and group; None where the line has no value."""
    place, date_place, group_place = spots
    assert place is not None
    field = code.lower()
    trait = entry.trait(code, field=field)
    n_faults = len(entry.faults)
    value = entry.take(entry.value, place, trait, field)
    if value is None and len(entry.faults) == n_faults:
        return None
    day = entry.day_at(date_place, field) or (born if trait.is_at_birth else None)
    if day is None:
        raise broken("date_missing", f"{code} has no date", "add the date of the measurement", field=field)
    if born and day < born:
        text = f"{code} on {day} is before birth"
        raise broken("before_birth", text, "correct a date", field=field, verdict="out_of_range")
    traits.check_recordable(trait, day, field=field)
    if value is None:
        return None
    number, raw, unit = value
    return Measurement(code, day, number, raw[:40], entry.known(at(entry.cells, group_place))[:40], raw_unit=unit)


FORMAT = Format(
    kind="flock",
    row=AnimalRow,
    columns=aliases(FIELDS),
    needed={"id, eid or vid": frozenset({"id", "eid", "vid"})},
    dates=frozenset({"birth_date"}),
    words=WORDS,
    read=partial(read, is_strict=False),
    by_heart=partial(Known, is_strict=False),
    has_trait_columns=True,
    key=lambda row: row.key,
    survey=listing.survey,
)
