"""The job `farm.export` writes a file: read from one moment of the database, written to disk, stored in parts.

A run that is begun anew after a fall writes the file again; only the last transaction makes it visible.
"""

import asyncio
import hashlib
import re
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from bellwether.farm.archives import repository as archives
from bellwether.farm.archives.tables import Table
from bellwether.farm.exports import repository
from bellwether.farm.exports.format import MEDIA, Format
from bellwether.farm.exports.formats import FORMATS
from bellwether.farm.exports.keys import Keys
from bellwether.farm.exports.models import AnimalRow, ClaimRow, Export, FlockRow, KinRow, MeasuredRow, SyndicateRow
from bellwether.farm.exports.options import Options
from bellwether.farm.own_traits import repository as own_traits
from bellwether.modelling.flocks.flock_data import Animal, FlockData, Measurement, select_flock
from bellwether.platform.database.transactions import Session
from bellwether.platform.jobs.kinds import JobKind
from bellwether.platform.jobs.run import JobRun
from bellwether.platform.problems import NotFound
from bellwether.sheep.traits import Known

KIND = "farm.export"
KEPT = timedelta(days=7)
PART = 4 * 1024 * 1024


class Read:
    """A flock, read in one transaction."""

    def __init__(self, session: Session, flock: FlockRow, job: JobRun) -> None:
        self.flock = flock
        self._session, self._job = session, job

    async def animals(self) -> Sequence[AnimalRow]:
        """Those that the farm records."""
        return await repository.animals(self._session, self.flock.farm_id, self.flock.id)

    async def claims(self) -> Sequence[ClaimRow]:
        """Their accepted parents."""
        return await repository.claims(self._session, self.flock.farm_id, self.flock.id)

    async def keys(self) -> Keys:
        """What names each animal of the farm."""
        return Keys(await repository.named(self._session, self.flock.farm_id), self.flock.id)

    def measurements(self, traits: Sequence[str]) -> AsyncIterator[Sequence[MeasuredRow]]:
        """Those that count, some at a time."""
        return repository.measured(self._session, self.flock.farm_id, self.flock.id, traits)

    async def kin(self) -> Sequence[KinRow]:
        """Every animal of the farm with its parents."""
        return await repository.kin(self._session, self.flock.farm_id)

    async def syndicates(self) -> Sequence[SyndicateRow]:
        """Lambs of the flock that some ram of a syndicate may have sired."""
        return await repository.syndicates(self._session, self.flock.farm_id, self.flock.id)

    async def traits(self) -> Known:
        """What the farm can record."""
        return await own_traits.known(self._session, self.flock.farm_id)

    async def evaluable(self, traits: Sequence[str]) -> FlockData:
        """The flock, its measurements and all ancestors."""
        animals = [Animal(*row) for row in await self.kin()]
        measured = [
            Measurement(
                str(row.id), str(row.animal_id), row.trait, row.value, str(row.occurred_on), row.age_days,
                row.contemporary_group,
            )
            async for rows in self.measurements(traits)
            for row in rows
        ]  # fmt: skip
        return await asyncio.to_thread(select_flock, str(self.flock.id), animals, measured)

    async def farm(self) -> Mapping[str, object]:
        """What the farm of the flock says of itself."""
        return await archives.farm(self._session, self.flock.farm_id)

    async def table(self, table: Table) -> Sequence[Mapping[str, object]]:
        """All rows of a table of the whole farm."""
        return await archives.rows(self._session, self.flock.farm_id, table)

    def photos(self) -> AsyncIterator[tuple[str, str, bytes]]:
        """Hash, kind and bytes of each photo and paper of the farm."""
        return archives.photos(self._session, self.flock.farm_id)

    async def progress(self, fraction: float, stage: str) -> None:
        """Told to the watchers of the job."""
        await self._job.progress(fraction, stage)


async def run(job: JobRun) -> dict[str, object]:
    """Write and keep the file; its report."""
    export_id = UUID(str(job.payload["export_id"]))
    await job.progress(0.05, "reading")
    found: dict[str, object] = await job.step("write", write, job, export_id)
    return found


async def write(job: JobRun, export_id: UUID) -> dict[str, object]:
    """The whole file.

    Raises:
        NotFound: whoever asked for it does not belong to the farm any more.
    """
    with tempfile.TemporaryDirectory(prefix="bellwether-export-") as folder:
        path = Path(folder) / "file"
        async with job.database.reading(job.context, is_steady=True) as session:
            export = await repository.get(session, export_id)
            flock = None if export is None else await repository.flock(session, export.farm_id, export.flock_id)
            if export is None or flock is None:
                raise NotFound
            form, options = FORMATS[export.format], Options.model_validate(export.options)
            report = await form.write(Read(session, flock, job), options, path)
        await job.progress(0.9, "storing")
        return await keep(job, export, described(export, flock, form, options), path, report.as_json())


def described(export: Export, flock: FlockRow, form: Format, options: Options) -> dict[str, object]:
    """What the file is called, and what it is."""
    ending = form.ending(options)
    name = re.sub(r"[^A-Za-z0-9]+", "-", f"{flock.code} {form.name}").strip("-").lower()
    day = export.created_at.date().isoformat()
    return {"file_name": f"{name}-{day}.{ending}", "media_type": MEDIA[ending].format(options.encoding)}


async def keep(
    job: JobRun, export: Export, values: dict[str, object], path: Path, report: dict[str, object]
) -> dict[str, object]:
    """All parts and the end of the export in one transaction."""
    sha, size, part = hashlib.sha256(), 0, 0
    async with job.database.transaction(job.context) as session:
        await repository.drop_parts(session, export.farm_id, export.id)
        with path.open("rb") as file:
            while content := file.read(PART):
                await repository.add_part(session, export.farm_id, export.id, part, content)
                sha.update(content)
                size, part = size + len(content), part + 1
        now = datetime.now(UTC)
        ends = {"size_bytes": size, "sha256": sha.hexdigest(), "now": now, "expires_at": now + KEPT}
        await repository.finish(session, export.id, values | ends, report)
    return {"export_id": str(export.id), "size_bytes": size, **values, "report": report}


def kinds() -> list[JobKind]:
    """For the worker."""
    return [JobKind(KIND, service="farm", run=run)]
