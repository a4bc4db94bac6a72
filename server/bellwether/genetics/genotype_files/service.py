"""Use-cases of genotype files."""

import asyncio
import hashlib
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict
from uuid import UUID

from bellwether.genetics.access import may_write
from bellwether.genetics.genotype_files import repository
from bellwether.genetics.genotype_files.problems import (
    NoSuchGenotypes,
    TooCostlyGenotypes,
    TooManyFiles,
    UnusableGenotypes,
    unknown_kind,
)
from bellwether.genetics.genotype_files.schemas import GenotypeFile
from bellwether.modelling.findings import BadInput
from bellwether.modelling.genotypes.upload import ENDINGS, count_upload, ending_of, is_bed
from bellwether.modelling.genotypes.vcf import VCF_ENDINGS
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.ids import new_id
from bellwether.platform.jobs.child_process import ChildDied, Limits, in_child
from bellwether.platform.problems import RowError

MOST_FILES = 50
LONGEST_NAME = 200
LARGE_BYTES = 500_000
LIMITS = Limits(cpu_s=120, memory_bytes=4_000_000_000)


class Inspected(TypedDict):
    """What a file holds, or what is wrong with it."""

    n_animals: int
    n_markers: int
    findings: list[dict[str, str | int | None]]


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was sent."""

    farm_id: UUID
    name: str
    content: bytes


async def take_in(session: Session, context: Context, upload: Upload) -> GenotypeFile:
    """Keep a file that can be read. The same file again is the one that is there.

    Raises:
        NotFound, ReadOnlyMember, TooManyFiles, UnusableGenotypes
    """
    await may_write(session, upload.farm_id)
    name = "".join(sign for sign in upload.name if sign.isprintable())[-LONGEST_NAME:]
    ending = ending_of(name)
    if ending is None:
        raise unknown_kind(name, ENDINGS)
    digest = hashlib.sha256(upload.content).hexdigest()
    n_files = await repository.count(session, upload.farm_id)
    there = await repository.same(session, upload.farm_id, digest)
    if there is not None:
        return GenotypeFile.model_validate(there)
    if n_files >= MOST_FILES:
        raise TooManyFiles
    n_animals, n_markers = await inspected(upload.content, ending)
    stored = await repository.add(
        session,
        {
            "id": new_id(),
            "farm_id": upload.farm_id,
            "name": name,
            "ending": ending,
            "sha256": digest,
            "n_bytes": len(upload.content),
            "n_animals": n_animals,
            "n_markers": n_markers,
            "content": upload.content,
            "uploaded_by": context.user_id,
        },
    )
    return GenotypeFile.model_validate(stored)


async def check_room(session: Session, farm_id: UUID) -> None:
    """Pass where the farm may keep one file more.

    Raises:
        TooManyFiles
    """
    if await repository.count(session, farm_id) >= MOST_FILES:
        raise TooManyFiles


async def inspected(content: bytes, ending: str) -> tuple[int, int]:
    """Numbers of animals and markers.

    A VCF is read in a process of its own: its reader is C, and a broken file must not take the service with it. So is
    a large file, for the service answers others meanwhile; but a `.bed`, which is read faster than a process starts.

    Raises:
        UnusableGenotypes, TooCostlyGenotypes
    """
    with tempfile.TemporaryDirectory(prefix="bellwether-genotypes-") as folder:
        path = Path(folder) / f"genotypes{ending}"
        path.write_bytes(content)
        if ending in VCF_ENDINGS or (len(content) > LARGE_BYTES and not is_bed(path)):
            try:
                found = await in_child(inspect_file, str(path), limits=LIMITS)
            except (ChildDied, MemoryError) as error:
                raise TooCostlyGenotypes from error
        else:
            found = await asyncio.to_thread(inspect_file, str(path))
    if found["findings"]:
        errors = [RowError.model_validate(row) for row in found["findings"]]
        raise UnusableGenotypes(errors[0].message, errors=errors)
    return found["n_animals"], found["n_markers"]


def inspect_file(path: str) -> Inspected:
    """Read a file and count."""
    try:
        n_animals, n_markers = count_upload(Path(path))
    except BadInput as error:
        rows: list[dict[str, str | int | None]] = [
            {"row": found.line, "field": found.field, "code": found.code, "message": found.message, "fix": found.fix}
            for found in error.findings
        ]
        return {"n_animals": 0, "n_markers": 0, "findings": rows}
    return {"n_animals": n_animals, "n_markers": n_markers, "findings": []}


async def page(session: Session, farm_id: UUID, *, before: UUID | None, limit: int) -> list[GenotypeFile]:
    """Files of a farm, the latest first; another farm's are not seen."""
    rows = await repository.page(session, farm_id, before=before, limit=limit)
    return [GenotypeFile.model_validate(row) for row in rows]


async def get(session: Session, file_id: UUID) -> GenotypeFile:
    """One file.

    Raises:
        NoSuchGenotypes
    """
    return GenotypeFile.model_validate(await stored(session, file_id))


async def stored(session: Session, file_id: UUID) -> repository.StoredFile:
    """One file as it is kept.

    Raises:
        NoSuchGenotypes
    """
    found = await repository.find(session, file_id)
    if found is None:
        raise NoSuchGenotypes
    return found


async def write_to(session: Session, file_id: UUID, folder: Path) -> Path:
    """The content of a file as a file of `folder`.

    Raises:
        NoSuchGenotypes
    """
    found = await stored(session, file_id)
    content = await repository.content(session, file_id)
    path = folder / f"genotypes{found.ending}"
    path.write_bytes(content or b"")
    return path


async def remove(session: Session, file_id: UUID) -> None:
    """Forget a file; runs that used it keep their results.

    Raises:
        NoSuchGenotypes, ReadOnlyMember
    """
    found = await stored(session, file_id)
    await may_write(session, found.farm_id)
    await repository.remove(session, file_id)
