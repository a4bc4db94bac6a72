"""The job `genetics.connectedness`: the units of a run, pair by pair, from the tables that it has kept."""

import gzip
from typing import TypedDict
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from bellwether.genetics.connectedness.problems import NotComparable, TablesLost
from bellwether.genetics.snapshots import repository as snapshots
from bellwether.genetics.snapshots.archive import MODEL, TABLES
from bellwether.modelling.connectedness import Asked, Connected, connectedness
from bellwether.modelling.findings import BadInput
from bellwether.platform.jobs.run import JobRun
from bellwether.platform.outages import patiently

KIND = "genetics.connectedness"
MOST_UNITS = 60
OUTAGE_PATIENCE_S = 600.0


class Unit(TypedDict):
    """A flock or group. Units of different components must not be compared."""

    unit: str
    n_animals: int
    component: int
    n_link_progeny: int
    mean_correlation: float | None


class UnitPair(TypedDict):
    """Two of them: common sires, correlation of the prediction errors of their means, CD and PEV of the difference."""

    a: str
    b: str
    common_sires: int
    correlation: float | None
    cd: float | None
    pevd: float


class Comparison(TypedDict):
    """The result of the job."""

    run_id: str
    trait: str
    of: str
    relationships: str
    n_in_several: int
    n_components: int
    units: list[Unit]
    pairs: list[UnitPair]


async def compare(run: JobRun) -> Comparison:
    """Read the tables in the name of who asked, and compute in a child process."""

    async def read() -> dict[str, bytes]:
        run_id = UUID(str(run.payload["run_id"]))
        async with run.database.reading(run.context) as session:
            kept = await snapshots.contents(session, run_id, [*TABLES, MODEL])
        if len(kept) < len(TABLES) + 1:
            raise TablesLost
        return kept

    await run.progress(0.0, "reading tables")
    kept = await patiently(read, for_s=OUTAGE_PATIENCE_S, what=KIND)
    await run.progress(0.2, "comparing")
    return await run.compute(compared, kept, dict(run.payload))


def compared(kept: dict[str, bytes], payload: dict[str, str | int | None]) -> Comparison:
    """All units and pairs.

    Raises:
        NotComparable
    """
    trait, of, born_from = str(payload["trait"]), str(payload["of"]), payload["born_from"]
    column = "flock" if of == "flock" else f"group_{trait}"
    asked = Asked(trait, column, None if born_from is None else int(born_from), MOST_UNITS)
    try:
        found = connectedness({name: gzip.decompress(text).decode() for name, text in kept.items()}, asked)
    except BadInput as error:
        raise NotComparable(error.findings) from error
    return told_of(found, str(payload["run_id"]), trait, of)


def told_of(found: Connected, run_id: str, trait: str, of: str) -> Comparison:
    """As it is told."""
    links, errors = found.links, found.found
    shared = links.link_sires.toarray()
    n = len(found.units)
    return {
        "run_id": run_id,
        "trait": trait,
        "of": of,
        "relationships": "pedigree, without the genotypes of the run" if found.without_genotypes else "pedigree",
        "n_in_several": found.n_in_several,
        "n_components": links.n_components,
        "units": [
            {
                "unit": found.units[i],
                "n_animals": found.n_animals[i],
                "component": int(links.component[i]),
                "n_link_progeny": int(links.link_progeny[i]),
                "mean_correlation": number(errors.mean_correlation, i),
            }
            for i in range(n)
        ],
        "pairs": [
            {
                "a": found.units[i],
                "b": found.units[j],
                "common_sires": int(shared[i, j]),
                "correlation": number(errors.correlation, i, j),
                "cd": number(errors.cd, i, j),
                "pevd": float(errors.pevd[i, j]),
            }
            for i in range(n)
            for j in range(i + 1, n)
        ],
    }


def number(values: NDArray[np.float64], *place: int) -> float | None:
    """A value, if there is one."""
    found = float(values[place])
    return found if np.isfinite(found) else None
