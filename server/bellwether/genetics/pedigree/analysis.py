"""The job `genetics.pedigree_analysis`: founders, ancestors and inbreeding of the animals of a flock."""

from collections.abc import Sequence
from typing import TypedDict
from uuid import UUID

import numpy as np
from bellwether_engine import Relationship
from bellwether_engine.populations.ancestors import effective_ancestors
from bellwether_engine.populations.kinship import mean_kinship
from bellwether_engine.populations.pedigree_depth import completeness, effective_founders, genetic_contributions
from bellwether_engine.populations.pedigree_depth import effective_size as effective_population_size

from bellwether.genetics.pedigree import repository
from bellwether.genetics.pedigree.lineage import Lineage
from bellwether.genetics.pedigree.problems import NoSuchCohort, NoSuchFlock
from bellwether.platform.jobs.run import JobRun
from bellwether.platform.outages import patiently

KIND = "genetics.pedigree_analysis"
SHOWN = 50
MOST_ANCESTORS = 500
GENERATIONS = 5
OUTAGE_PATIENCE_S = 600.0


class Contribution(TypedDict):
    """An animal, and what share of the genes of the cohort comes from it."""

    animal_id: str
    share: float


class Extract(TypedDict):
    """Animals as positions, and the cohort among them."""

    ids: list[str]
    sire: list[int]
    dam: list[int]
    cohort: list[int]


class Analysis(TypedDict):
    """What the job gives."""

    n_animals: int
    n_founders: int
    effective_founders: float
    effective_ancestors: float
    effective_ancestors_lower: float
    effective_ancestors_upper: float
    founder_genome_equivalents: float
    mean_inbreeding: float
    mean_kinship: float
    mean_completeness: float
    mean_equivalent_generations: float
    effective_size: float | None
    effective_size_se: float | None
    founders: list[Contribution]
    ancestors: list[Contribution]


async def analyse_pedigree(run: JobRun) -> Analysis:
    """Read the pedigree of the farm in the name of who asked, and compute in a child process."""

    async def extract() -> Extract:
        flock_id = UUID(str(run.payload["flock_id"]))
        async with run.database.reading(run.context) as session:
            farm_id = await repository.farm_of_flock(session, flock_id)
            if farm_id is None:
                raise NoSuchFlock
            born = tuple(run.payload[name] for name in ("born_from", "born_to"))
            animals = await repository.cohort(session, farm_id, flock_id, born)  # type: ignore[arg-type]
            lineage = Lineage.of(await repository.farm(session, farm_id))
        if not animals:
            raise NoSuchCohort
        return {
            "ids": [str(key) for key in lineage.ids],
            "sire": lineage.sire.tolist(),
            "dam": lineage.dam.tolist(),
            "cohort": lineage.positions(animals).tolist(),
        }

    await run.progress(0.0, "reading the pedigree")
    found = await patiently(extract, for_s=OUTAGE_PATIENCE_S, what=KIND)
    await run.progress(0.2, "following genes")
    return await run.compute(analysed, found)


def analysed(found: Extract) -> Analysis:
    """Where the genes of a cohort come from, and what became of them."""
    sire, dam = (np.array(found[name], dtype=np.int32) for name in ("sire", "dam"))
    ids, cohort = tuple(UUID(key) for key in found["ids"]), np.array(found["cohort"])
    lineage = Lineage(ids, sire, dam)
    pedigree, f = lineage.pedigree, lineage.inbreeding
    share = np.where(pedigree.is_founder, genetic_contributions(pedigree, cohort), 0.0)
    ancestors = effective_ancestors(pedigree, cohort, MOST_ANCESTORS)
    kinship = mean_kinship(Relationship(pedigree, f), cohort)
    known = completeness(pedigree, GENERATIONS)
    size, error = effective_population_size(f[cohort], known.equivalent_generations[cohort])
    return {
        "n_animals": len(cohort),
        "n_founders": int((share > 0.0).sum()),
        "effective_founders": effective_founders(pedigree, cohort),
        "effective_ancestors": ancestors.effective_number,
        "effective_ancestors_lower": ancestors.lower,
        "effective_ancestors_upper": ancestors.upper,
        "founder_genome_equivalents": 0.5 / kinship,
        "mean_inbreeding": float(f[cohort].mean()),
        "mean_kinship": kinship,
        "mean_completeness": float(known.index[cohort].mean()),
        "mean_equivalent_generations": float(known.equivalent_generations[cohort].mean()),
        "effective_size": size if np.isfinite(size) else None,
        "effective_size_se": error if np.isfinite(error) else None,
        "founders": shown(lineage, np.argsort(-share, kind="stable"), share[np.argsort(-share, kind="stable")]),
        "ancestors": shown(lineage, ancestors.animals, ancestors.contributions),
    }


def shown(lineage: Lineage, animals: Sequence[int] | np.ndarray, shares: np.ndarray) -> list[Contribution]:
    """The largest ones; an unknown parent has no id, and is left out."""
    named = ((int(i), float(share)) for i, share in zip(animals, shares, strict=True) if i >= 0 and share > 0.0)
    return [{"animal_id": str(lineage.ids[i]), "share": share} for i, share in list(named)[:SHOWN]]
