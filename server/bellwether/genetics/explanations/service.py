"""Use-cases of explanations."""

import asyncio
import gzip
from uuid import UUID

from bellwether.genetics.explanations import repository
from bellwether.genetics.explanations.parts import parts_of
from bellwether.genetics.explanations.problems import NoSuchValue, OfSeveralFarms, SameRun, TablesLost
from bellwether.genetics.explanations.schemas import Change, Why
from bellwether.genetics.snapshots import repository as snapshots
from bellwether.genetics.snapshots.archive import TABLES
from bellwether.genetics.snapshots.names import SHARED
from bellwether.platform.database.transactions import Session


async def why(session: Session, run_id: UUID, animal_id: UUID, trait: str) -> Why:
    """Where a breeding value comes from.

    Raises:
        NoSuchValue, TablesLost
        OfSeveralFarms: of a share, an animal whose records and offspring are not all the farm's.
    """
    facts = await repository.run(session, run_id)
    if facts is None or trait not in facts.traits:
        raise NoSuchValue
    values = await repository.values(session, facts.farm_id, run_id, trait)
    if all(value.animal_id != animal_id for value in values):
        raise NoSuchValue
    kept = await snapshots.contents(session, run_id, [*TABLES, SHARED])
    if SHARED in kept and str(animal_id) in gzip.decompress(kept[SHARED]).decode().split():
        raise OfSeveralFarms
    if not TABLES.keys() <= kept.keys():
        raise TablesLost
    pedigree, records = kept["pedigree.csv"], kept["records.csv"]
    found = await asyncio.to_thread(parts_of, str(animal_id), trait, facts, values, pedigree, records)
    return Why(
        run_id=run_id,
        animal_id=animal_id,
        trait=trait,
        value=found.value,
        reliability=found.reliability,
        sire_value=found.sire_value,
        dam_value=found.dam_value,
        parent_average=found.parent_average,
        mendelian_sampling=found.value - found.parent_average,
        n_records=len(found.records),
        records=found.records,
        yield_deviation=found.yield_deviation,
        n_progeny=found.n_progeny,
        progeny=found.progeny,
        weights=found.weights,
    )


async def changed(session: Session, animal_id: UUID, trait: str, from_run: UUID, to_run: UUID) -> Change:
    """Why a value changed from one run to another; the parts sum to the change.

    Raises:
        SameRun, NoSuchValue, TablesLost
    """
    if from_run == to_run:
        raise SameRun
    before, after = await why(session, from_run, animal_id, trait), await why(session, to_run, animal_id, trait)
    first, second = await repository.run(session, from_run), await repository.run(session, to_run)
    assert first is not None
    assert second is not None
    base = await repository.shift(session, first.farm_id, (from_run, to_run), trait)
    change = after.value - before.value
    parents = after.parent_average - before.parent_average - base
    return Change(
        animal_id=animal_id,
        trait=trait,
        before=before,
        after=after,
        change=change,
        from_base=base,
        from_parents=parents,
        from_own_and_progeny=change - base - parents,
        n_new_records=after.n_records - before.n_records,
        n_new_progeny=after.n_progeny - before.n_progeny,
        is_other_model=(first.traits, first.variances) != (second.traits, second.variances)
        or effects_of(first) != effects_of(second),
    )


def effects_of(facts: repository.RunFacts) -> list[tuple[object, object]]:
    """Effects by name and kind; their numbers of levels change with each record."""
    effects = facts.model.get("effects")
    assert isinstance(effects, list)
    return [(effect["name"], effect["kind"]) for effect in effects]
