"""Use-cases of the stored genotypes of a run."""

import asyncio
import csv
import io
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from bellwether_engine.genotypes import PackedGenotypes

from bellwether.genetics.chips import repository as chips
from bellwether.genetics.genotypes.exporting.job import packed_of
from bellwether.genetics.genotypes.freezing import repository
from bellwether.genetics.genotypes.freezing.models import FrozenRow
from bellwether.genetics.genotypes.freezing.problems import GenotypesLost, NothingStored, WhichChip
from bellwether.genetics.genotypes.reading import matrix
from bellwether.genetics.genotypes.reading import repository as reading
from bellwether.modelling.chips.writing import Given, write_plink, write_vcf
from bellwether.platform.database.transactions import Session

SOURCES = ("stored", "if_stored")
NOBODY = ("0", "0", "0", "0", "-9")


async def chip_of(session: Session, farm_id: UUID, chip_id: int | None) -> int:
    """The chip whose samples a run takes: the one that is named, or the only one that the farm has samples of.

    Raises:
        NothingStored, WhichChip
    """
    found = await repository.chips(session, farm_id, chip_id)
    if not found:
        raise NothingStored
    if len(found) > 1:
        raise WhichChip(found)
    return found[0]


async def chip_if(session: Session, farm_id: UUID, source: object, chip_id: int | None) -> int | None:
    """That chip for one of `SOURCES`; None where there are no samples, and there need not be any.

    Raises:
        NothingStored, WhichChip
    """
    try:
        return await chip_of(session, farm_id, chip_id)
    except NothingStored:
        if source == "stored":
            raise
        return None


async def freeze(session: Session, farm_id: UUID, chip_id: int) -> bytes:
    """The sample that counts for each animal of the farm, as a table that names each by its digest.

    Calls are never changed: of the same table `write` makes the same file, whatever has come since.
    """
    kept = await reading.kept(session, farm_id, chip_id)
    digests = await repository.digests(session, farm_id, chip_id)
    version = await repository.current_map(session, chip_id)
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(FrozenRow._fields)
    for row in sorted(kept, key=lambda row: str(row.animal_id)):
        sha256 = digests[row.sample_id, row.version]
        rows.writerow(FrozenRow(row.animal_id, row.sample_id, chip_id, row.version, sha256, version))
    return out.getvalue().encode()


def read(table: bytes) -> list[FrozenRow]:
    """The rows of a table that `freeze` has made."""
    rows = csv.DictReader(io.StringIO(table.decode()))
    return [
        FrozenRow(
            UUID(row["animal_id"]),
            UUID(row["sample_id"]),
            int(row["chip_id"]),
            int(row["version"]),
            row["sha256"],
            int(row["map_version"]),
        )
        for row in rows
    ]


async def write(session: Session, table: bytes, folder: Path) -> Path:
    """The genotypes of a frozen table as files of PLINK in an archive, samples under the ids of their animals; with
    dosages between calls as VCF, for PLINK has no place for them.

    Raises:
        GenotypesLost: calls are not there any more, or not as they were.
    """
    rows = read(table)
    chip_id, version = rows[0].chip_id, rows[0].map_version
    stored = await repository.stored(session, chip_id, rows)
    if [(row.kept.sample_id, row.sha256) for row in stored] != [(row.sample_id, row.sha256) for row in rows]:
        raise GenotypesLost
    kept = [row.kept for row in stored]
    found = await chips.whole_map(session, chip_id, version)
    packed = await packed_of(session, kept, chip_id, version, found.blocks)
    above = None
    if any(row.has_dosages for row in kept):
        above = await matrix.deviations(session, kept, version, len(found))
    names: Sequence[str] = [str(row.animal_id) for row in kept]
    given = Given(PackedGenotypes(packed, len(kept), above), found, names, [NOBODY] * len(kept))
    path = folder / ("genotypes.zip" if above is None else "genotypes.vcf.gz")
    await asyncio.to_thread(write_plink if above is None else write_vcf, given, path)
    return path
