"""A submission to Sheep Genetics with its check beforehand: each fault by tag, and what is sound as a file."""

import asyncio
import csv
import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from uuid import UUID

from bellwether.farm.exports.evaluating.archive import WHEN
from bellwether.farm.exports.format import Format, Source
from bellwether.farm.exports.keys import Keys
from bellwether.farm.exports.models import AnimalRow, ClaimRow, KinRow, MeasuredRow, SyndicateRow
from bellwether.farm.exports.options import Options
from bellwether.farm.exports.report import Report
from bellwether.farm.exports.submission.drop import USUAL, Fault, Row, Syndicate, Value, faults_of, sound
from bellwether.farm.exports.submission.headings import DATE, GROUP, HEADINGS, heading
from bellwether.farm.exports.tables import number
from bellwether.sheep.identifiers import SHEEP_GENETICS, SHEEP_GENETICS_SHAPE
from bellwether.sheep.traits import TRAITS

ROLES = {"sire": "sire", "dam": "dam", "et_donor_dam": "dam", "et_recipient_dam": "recipient"}
TAG = 6
SHORN = ("GFW", "FD")


async def write(source: Source, options: Options, path: Path, windows: Mapping[str, tuple[int, int]] = USUAL) -> Report:
    """Animals of the flock that have something to be sent, or that others have as parents."""
    animals, claims, keys = await source.animals(), await source.claims(), await source.keys()
    kin, syndicates = await source.kin(), await source.syndicates()
    rows = made(animals, claims, keys, kin, syndicates)
    report = Report()
    async for measured in source.measurements(options.traits):
        add(rows, measured, report)
    await source.progress(0.5, "checking")
    return await asyncio.to_thread(write_all, list(rows.values()), options, report, path, windows)


def made(
    animals: Iterable[AnimalRow],
    claims: Iterable[ClaimRow],
    keys: Keys,
    kin: Iterable[KinRow],
    syndicates: Iterable[SyndicateRow],
) -> dict[UUID, Row]:
    """Each animal with its parents, without its values."""
    roles: dict[str, set[str]] = {}
    for animal in kin:
        for role, parent in (("sire", animal.sire_id), ("dam", animal.dam_id)):
            if parent:
                roles.setdefault(parent, set()).add(role)
    rows = {animal.id: row_of(animal, keys, frozenset(roles.get(str(animal.id), ()))) for animal in animals}
    for claim in claims:
        if claim.parent_type in ROLES:
            add_parent(rows[claim.child_id], ROLES[claim.parent_type], claim.parent_id, keys)
    for syndicate in syndicates:
        row = rows.get(syndicate.child_id)
        if row is not None and not row.sire and "sire" not in row.lost_parents:
            row.syndicate = Syndicate(syndicate_id(row.id, syndicate), syndicate.year, syndicate.n_sires)
    return rows


def row_of(animal: AnimalRow, keys: Keys, roles: frozenset[str]) -> Row:
    """An animal as it is sent."""
    is_wether = (animal.sex, animal.fertility) == ("male", "neutered")
    tag = animal.tag or str(animal.id)
    return Row(
        str(animal.id), tag, number_of(animal.id, keys), animal.sex, is_wether, animal.birth_date, animal.drop_year,
        animal.birth_type, animal.rear_type, animal.is_embryo_transfer, animal.birth_group or "", roles=roles,
    )  # fmt: skip


def number_of(animal_id: UUID, keys: Keys) -> str:
    """The 16-character ID."""
    return next((item.value for item in keys.of.get(animal_id, ()) if item.scheme == SHEEP_GENETICS), "")


def add_parent(row: Row, role: str, parent_id: UUID, keys: Keys) -> None:
    """By its ID; one without is told."""
    found = number_of(parent_id, keys)
    if not found:
        row.lost_parents = (*row.lost_parents, role)
    setattr(row, role, found)
    if role == "dam":
        row.dam_key = str(parent_id)


def syndicate_id(own: str, found: SyndicateRow) -> str:
    """Breed and flock of the lamb, the year of the syndicate, its code; empty where that is no ID."""
    code = found.code.upper()
    if SHEEP_GENETICS_SHAPE.match(code):
        return code
    fits = code.isascii() and code.isalnum() and len(code) <= TAG and bool(own)
    return f"{own[:6]}{found.year}{code.rjust(TAG, '0')}" if fits else ""


def add(rows: Mapping[UUID, Row], measured: Sequence[MeasuredRow], report: Report) -> None:
    """Of several values of a trait the one that is nearest to its reference age, the later one of two alike."""
    for each in measured:
        row = rows.get(each.animal_id)
        if row is None or each.trait not in TRAITS:
            continue
        if each.trait[1:] in SHORN:
            row.shorn = (*row.shorn, each.occurred_on)
        new = Value(each.trait, each.value, each.occurred_on, each.recorded_group, each.age_days)
        old = row.values.get(each.trait)
        if old is not None:
            report.leave_out("further_value", "further values of a trait", f"{row.tag} {each.trait}")
        if old is None or distance(new) < distance(old) or (distance(new) == distance(old) and new.day > old.day):
            row.values[each.trait] = new


def distance(value: Value) -> int:
    """In days from the reference age."""
    return abs((value.age_days or 0) - (TRAITS[value.trait].reference_age_days or 0))


def write_all(
    rows: list[Row], options: Options, report: Report, path: Path, windows: Mapping[str, tuple[int, int]]
) -> Report:
    """The file of what is sound, and the list of what is not."""
    faults = faults_of(rows, windows)
    kept = sound(rows, faults)
    for fault in faults:
        report.leave_out(
            fault.code, fault.message if not fault.leaves_out else f"{fault.leaves_out} left out", fault.tag
        )
    report.written = {"animals": len(kept), "values": sum(len(row.values) for row in kept), "faults": len(faults)}
    report.notes.append("headings are not confirmed by Sheep Genetics: name others in options.headings")
    files = {
        "submission.csv": text_of(submission(kept, options.headings)),
        "faults.csv": text_of([Fault._fields, *sorted(faults)]),
        "report.json": json.dumps(report.as_json(), indent=2) + "\n",
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as out:
        for name, content in files.items():
            out.writestr(zipfile.ZipInfo(name, WHEN), content, zipfile.ZIP_DEFLATED)
    return report


def submission(rows: Sequence[Row], own: Mapping[str, str]) -> list[list[str]]:
    """Header and lines: the animal, then value, date and group of each trait that somebody has."""
    traits = [code for code in TRAITS if any(code in row.values for row in rows)]
    names = [*HEADINGS, *(code + end for code in traits for end in ("", DATE, GROUP))]
    return [[heading(name, own) for name in names], *(line(row, traits) for row in rows)]


def line(row: Row, traits: Sequence[str]) -> list[str]:
    """1 stands for rams and wethers alike."""
    sire = row.sire or (row.syndicate.id if row.syndicate else "")
    cells = [
        row.id, sire, row.dam, {"male": "1", "female": "2"}.get(row.sex, ""), str(row.birth_date or ""),
        str(row.birth_type or ""), "" if row.rear_type is None else str(row.rear_type),
        "Y" if row.is_transfer else "N", row.recipient, row.birth_group,
    ]  # fmt: skip
    for code in traits:
        value = row.values.get(code)
        cells += ["", "", ""] if value is None else [number(value.value, "."), str(value.day), value.group]
    return cells


def text_of(rows: Iterable[Iterable[str]]) -> str:
    """As CSV."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue()


FORMAT = Format(name="sheep_genetics", uses=frozenset({"traits", "headings"}), write=write, suffix="zip")
