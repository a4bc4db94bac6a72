"""An archive on its way into a farm."""

from uuid import UUID

from bellwether.farm.access import must_own, one_writer
from bellwether.farm.archives import job, repository
from bellwether.farm.archives.problems import ArchiveBroken, FarmNotEmpty
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.ids import new_id
from bellwether.platform.jobs import service as jobs
from bellwether.platform.jobs.schemas import Job

ZIP = b"PK\x03\x04"


async def take(session: Session, context: Context, farm_id: UUID, content: bytes) -> Job:
    """Keep an archive for the job that takes it into the farm; owners only.

    Raises:
        NotFound, OwnersOnly, ArchiveBroken, FarmNotEmpty, TooManyJobs
    """
    await must_own(session, context, farm_id)
    await one_writer(session, farm_id)
    if not content.startswith(ZIP):
        raise ArchiveBroken("manifest.json", "the file is no archive")
    if not await repository.is_empty(session, farm_id):
        raise FarmNotEmpty
    archive_id = new_id()
    await repository.keep(session, farm_id, archive_id, content)
    payload = {"farm_id": str(farm_id), "archive_id": str(archive_id)}
    return await jobs.submit(session, context, kind=job.KIND, farm_id=farm_id, payload=payload)
