"""The animals of a flock as an animal list: imported again, it changes nothing."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from uuid import UUID

from bellwether.farm.exports.format import TABULAR, Format, Source
from bellwether.farm.exports.keys import Keys, is_unknown
from bellwether.farm.exports.models import AnimalRow, ClaimRow
from bellwether.farm.exports.options import Options
from bellwether.farm.exports.report import Report
from bellwether.farm.exports.tables import Cell, writer
from bellwether.sheep.missing import is_no_tag

HEAD = (
    "Registration", "EID", "VID", "Name", "Sire", "Dam", "Sex", "Birth Date", "Drop Year", "Birth Type", "Rear Type",
    "ET", "Recipient", "Birth Group",
)  # fmt: skip
DAMS = ("dam", "et_donor_dam")
MOST_LAMBS = 9
Parents = Mapping[UUID, Mapping[str, UUID]]


async def write(source: Source, options: Options, path: Path) -> Report:
    """Every animal that the farm records in this flock."""
    animals, claims, keys = await source.animals(), await source.claims(), await source.keys()
    await source.progress(0.3, "writing")
    return await asyncio.to_thread(write_all, animals, claims, keys, options, path)


def write_all(
    animals: Sequence[AnimalRow], claims: Iterable[ClaimRow], keys: Keys, options: Options, path: Path
) -> Report:
    """The file; ancestors are cited, and have no rows of their own."""
    parents: dict[UUID, dict[str, UUID]] = {}
    for claim in claims:
        parents.setdefault(claim.child_id, {})[claim.parent_type] = claim.parent_id
    report, out = Report(), writer(path, options)
    out.add(HEAD)
    for animal in animals:
        out.add(row_of(animal, parents.get(animal.id, {}), keys, report))
    out.close()
    report.written = {"animals": len(animals)}
    report.notes.append("ancestors that the farm does not record itself are cited as parents and have no rows")
    return report


def row_of(animal: AnimalRow, parents: Mapping[str, UUID], keys: Keys, report: Report) -> list[Cell]:
    """One line; a cell that could not be read back as it is meant stays empty, and is counted."""
    own = keys.row(animal.id, animal.drop_year)
    tag = animal.tag or str(animal.id)
    if own.n_others:
        report.leave_out("further_identifiers", "further identifiers of an animal that has several", tag)
    dam = dam_of(animal, parents, tag, report)
    if "rearing_dam" in parents:
        report.leave_out("rearing_dam", "rearing dams have no column", tag)
    if (animal.birth_type or 0) > MOST_LAMBS or (animal.rear_type or 0) > MOST_LAMBS:
        report.leave_out("litter_size", f"litters of more than {MOST_LAMBS}, which look like a code", tag)
    sire, recipient = parents.get("sire"), parents.get("et_recipient_dam")
    return [
        own.registration,
        own.eid,
        own.vid,
        own.name,
        keys.parent(sire) if sire else "",
        keys.parent(dam) if dam else "",
        sex_of(animal),
        animal.birth_date,
        animal.drop_year,
        lambs(animal.birth_type),
        lambs(animal.rear_type),
        "Y" if animal.is_embryo_transfer else "N",
        keys.parent(recipient) if recipient else "",
        group_of(animal, tag, report),
    ]


def dam_of(animal: AnimalRow, parents: Mapping[str, UUID], tag: str, report: Report) -> UUID | None:
    """The genetic dam, where her role is what a list would say of her."""
    wanted = DAMS[animal.is_embryo_transfer]
    other = DAMS[not animal.is_embryo_transfer]
    if other in parents:
        report.leave_out("role_of_dam", "a donor of an animal without embryo transfer, or a dam of one with it", tag)
    return parents.get(wanted)


def sex_of(animal: AnimalRow) -> str:
    """The word of a list."""
    return "wether" if (animal.sex, animal.fertility) == ("male", "neutered") else animal.sex


def lambs(size: int | None) -> int | None:
    """A number of lambs that no reader takes for a code of birth and rearing."""
    return size if size is None or size <= MOST_LAMBS else None


def group_of(animal: AnimalRow, tag: str, report: Report) -> str:
    """The birth group, unless its name means "unknown" everywhere else."""
    group = " ".join((animal.birth_group or "").split())
    if group and (is_unknown(group) or is_no_tag(group)):
        report.leave_out("group_means_unknown", "groups whose name is a word for unknown", tag)
        return ""
    return group


FORMAT = Format(name="animals", uses=TABULAR, write=write)
