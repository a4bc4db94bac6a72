"""The job `genetics.parentage_check`: calls of offspring and candidates to claims about parents."""

from typing import Literal, TypedDict, cast
from uuid import UUID

import numpy as np
from bellwether_engine.genotypes import pack
from bellwether_engine.parentage import ParentageRules, ParentClaim, assign_parents
from numpy.typing import NDArray

from bellwether.genetics.access import may_write
from bellwether.genetics.chips import repository as chips
from bellwether.genetics.chips.models import MarkerPlace
from bellwether.genetics.genotypes.reading import matrix
from bellwether.genetics.genotypes.reading.service import Whose, samples
from bellwether.genetics.parentage import events
from bellwether.genetics.parentage.problems import NoAutosomes, NoOffspring, WithoutGenotypes
from bellwether.genetics.parentage.schemas import NewParentageCheck
from bellwether.genetics.pedigree import repository as relatives
from bellwether.genetics.pedigree.repository import Animal
from bellwether.platform.database.transactions import Session
from bellwether.platform.jobs.run import JobRun
from bellwether.platform.outages import patiently

KIND = "genetics.parentage_check"
AUTOSOMES = 26
OUTAGE_PATIENCE_S = 600.0
Side = Literal["sire", "dam"]
Agreement = Literal["confirmed", "contradicted", "found", "unknown"]


class Extract(TypedDict):
    """Calls and who may be whose parent, by rows of the calls."""

    animals: list[str]
    recorded: list[list[str | None]]
    born: list[float | None]
    offspring: list[int]
    sires: list[int]
    dams: list[int]
    calls: NDArray[np.uint8]
    error_rate: float


class Claim(TypedDict):
    """What the genotypes say about one parent of one animal, beside what is recorded."""

    animal_id: str
    role: Side
    recorded_id: str | None
    candidate_id: str | None
    verdict: str
    agreement: Agreement
    is_dated: bool
    reason: str
    lod: float | None
    delta: float | None
    opposing: int
    compared: int


class Check(TypedDict):
    """What the job gives."""

    n_offspring: int
    n_markers: int
    n_confirmed: int
    n_contradicted: int
    n_found: int
    n_unknown: int
    n_proposed: int
    claims: list[Claim]


async def check_parentage(run: JobRun) -> Check:
    """Read the calls in the name of who asked, compare, and tell the farm what was found if that is wanted."""
    asked = NewParentageCheck.model_validate(run.payload)

    async def read() -> Extract:
        async with run.database.reading(run.context) as session:
            return await extracted(session, asked)

    async def tell() -> int:
        async with run.database.transaction(run.context) as session:
            await may_write(session, asked.farm_id)
            proposed = [proposal(claim) for claim in claims if is_news(claim)]
            await events.parentage_proposed(
                session, run.context, farm_id=asked.farm_id, check_id=run.id, claims=proposed
            )
            return len(proposed)

    await run.progress(0.0, "reading genotypes")
    found = await patiently(read, for_s=OUTAGE_PATIENCE_S, what=KIND)
    await run.progress(0.3, "comparing")
    claims = await run.compute(compared, found)
    n_proposed = await run.step("propose", tell) if asked.propose else 0
    count = {name: sum(claim["agreement"] == name for claim in claims) for name in ("confirmed", "contradicted")}
    return {
        "n_offspring": len(found["offspring"]),
        "n_markers": found["calls"].shape[1],
        "n_confirmed": count["confirmed"],
        "n_contradicted": count["contradicted"],
        "n_found": sum(claim["agreement"] == "found" for claim in claims),
        "n_unknown": sum(claim["agreement"] == "unknown" for claim in claims),
        "n_proposed": n_proposed,
        "claims": claims,
    }


async def extracted(session: Session, asked: NewParentageCheck) -> Extract:
    """Calls at some spread markers of those who are asked about and of their candidates.

    Raises:
        NotFound, NoSuchChip, NoOffspring, WithoutGenotypes, NoAutosomes
    """
    rows, version = await samples(session, Whose(asked.farm_id, asked.chip_id, is_with_shared=True))
    if not rows:
        raise NoOffspring
    at = {row.animal_id: place for place, row in enumerate(rows)}
    known = {animal.id: animal for animal in await relatives.animals(session, list(at))}
    offspring = chosen("offspring_ids", asked.offspring_ids, at) or [
        at[key] for key, animal in known.items() if animal.farm_id == asked.farm_id
    ]
    sires = chosen("sire_ids", asked.sire_ids, at) or of_sex(known, at, "female")
    dams = chosen("dam_ids", asked.dam_ids, at) or of_sex(known, at, "male")
    markers = spread(
        await chips.places_between(session, asked.chip_id, version, (0, 1 << 30), 1 << 30), asked.n_markers
    )
    if not markers:
        raise NoAutosomes
    calls = await matrix.at_markers(session, rows, markers)
    animals = [known.get(row.animal_id) for row in rows]
    return {
        "animals": [str(row.animal_id) for row in rows],
        "recorded": [parents_of(animal) for animal in animals],
        "born": [None if a is None or a.birth_date is None else float(a.birth_date.toordinal()) for a in animals],
        "offspring": sorted(offspring),
        "sires": sorted(sires),
        "dams": sorted(dams),
        "calls": calls.astype(np.uint8),
        "error_rate": asked.error_rate,
    }


def chosen(field: str, ids: list[UUID] | None, at: dict[UUID, int]) -> list[int]:
    """Rows of animals that were named.

    Raises:
        WithoutGenotypes
    """
    wanted = list(dict.fromkeys(ids or []))
    if missing := {f"{field}.{place}": key for place, key in enumerate(wanted) if key not in at}:
        raise WithoutGenotypes(missing)
    return [at[key] for key in wanted]


def of_sex(known: dict[UUID, Animal], at: dict[UUID, int], never: str) -> list[int]:
    """Rows of all animals but those of a sex."""
    return [place for key, place in at.items() if key not in known or known[key].sex != never]


def parents_of(animal: Animal | None) -> list[str | None]:
    """Recorded sire and dam."""
    if animal is None:
        return [None, None]
    return [None if key is None else str(key) for key in (animal.sire_id, animal.dam_id)]


def spread(places: list[MarkerPlace], n: int) -> list[MarkerPlace]:
    """So many autosomal markers, evenly over the map: linked ones would count twice."""
    autosomal = [place for place in places if 1 <= place.chrom <= AUTOSOMES]
    if len(autosomal) <= n:
        return autosomal
    return [autosomal[int(k)] for k in np.linspace(0, len(autosomal) - 1, n).round()]


def compared(found: Extract) -> list[Claim]:
    """Both parents of each offspring against all candidates."""
    born = np.array([np.nan if day is None else day for day in found["born"]])
    claims = assign_parents(
        pack(found["calls"]),
        found["offspring"],
        found["sires"],
        found["dams"],
        birth_day=born,
        rules=ParentageRules(error_rate=found["error_rate"]),
    )
    return [claim_of(claim, found) for claim in claims]


def claim_of(claim: ParentClaim, found: Extract) -> Claim:
    """In the words of the farm."""
    recorded = found["recorded"][claim.offspring][0 if claim.role == "sire" else 1]
    candidate = found["animals"][claim.candidate] if claim.candidate >= 0 else None
    return {
        "animal_id": found["animals"][claim.offspring],
        "role": claim.role,
        "recorded_id": recorded,
        "candidate_id": candidate,
        "verdict": claim.verdict,
        "agreement": agreement(claim, recorded, candidate, found),
        "is_dated": all(found["born"][i] is not None for i in (claim.offspring, max(claim.candidate, 0))),
        "reason": claim.reason,
        "lod": None if np.isnan(claim.lod) else claim.lod,
        "delta": None if np.isnan(claim.delta) else claim.delta,
        "opposing": claim.opposing,
        "compared": claim.compared,
    }


def agreement(claim: ParentClaim, recorded: str | None, candidate: str | None, found: Extract) -> Agreement:
    """Whether the genotypes and the records tell the same; a recorded parent that was a candidate and is excluded, or
    in whose place another one was accepted, is contradicted."""
    candidates = found["sires"] if claim.role == "sire" else found["dams"]
    was_candidate = recorded in {found["animals"][i] for i in candidates}
    if claim.verdict == "accepted":
        if recorded is None:
            return "found"
        return "confirmed" if recorded == candidate else "contradicted"
    return "contradicted" if claim.verdict == "excluded" and was_candidate else "unknown"


def is_news(claim: Claim) -> bool:
    """Was a parent found whom the records do not have? Without days of birth it may be the offspring."""
    return claim["verdict"] == "accepted" and claim["agreement"] in ("found", "contradicted") and claim["is_dated"]


def proposal(claim: Claim) -> events.ProposedParent:
    """For the farm."""
    return {
        "child_id": claim["animal_id"],
        "parent_id": cast(str, claim["candidate_id"]),
        "parent_type": claim["role"],
        "lod": claim["lod"] or 0.0,
        "delta": claim["delta"] or 0.0,
    }
