"""Which steps with programs of others the genotypes of an evaluation came from."""

from collections.abc import Sequence
from uuid import UUID

from bellwether.genetics.genotypes.freezing import service as freezing
from bellwether.genetics.programs import repository
from bellwether.platform.database.transactions import Session


async def behind(session: Session, farm_id: UUID, samples: bytes | None, file_sha256: str | None) -> list[str]:
    """The steps behind a frozen table of samples, or behind a kept file."""
    if samples is not None:
        found = await repository.of_samples(session, farm_id, freezing.read(samples))
    elif file_sha256 is not None:
        found = await repository.of_file(session, farm_id, file_sha256)
    else:
        found = []
    return sorted(map(str, found))


async def keep(session: Session, farm_id: UUID, run_id: UUID, steps: Sequence[str]) -> None:
    """With the results of the run."""
    if steps:
        await repository.add_uses(session, farm_id, run_id, [UUID(each) for each in steps])
