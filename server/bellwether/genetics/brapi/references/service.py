"""Assemblies and chromosomes: few, and everybody's."""

from typing import TypeVar

from bellwether.genetics.brapi.numbers import CHROMOSOMES, reference_id
from bellwether.genetics.brapi.references.asked import OfAssemblies, ReferenceSearch, ReferenceSetSearch
from bellwether.genetics.brapi.references.schemas import Reference, ReferenceSet
from bellwether.genetics.chips import service as chips
from bellwether.genetics.chips.schemas import Assembly
from bellwether.platform.brapi.wire import Listed, page_of
from bellwether.platform.database.transactions import Session
from bellwether.platform.problems import NotFound
from bellwether.sheep import CROP

T = TypeVar("T")


async def assemblies(session: Session, wanted: OfAssemblies) -> list[Assembly]:
    """Those that are asked for."""
    found = await chips.assemblies(session)
    if wanted.asks_what_nothing_has or not has(wanted.common_crop_names, CROP):
        return []
    return [
        each for each in found if has(wanted.accessions, each.accession) and has(wanted.reference_set_db_ids, each.code)
    ]


async def sets(session: Session, wanted: ReferenceSetSearch) -> Listed[ReferenceSet]:
    """A page of the assemblies."""
    found = await assemblies(session, wanted)
    return page_of([reference_set(each) for each in found if has(wanted.assembly_puis, each.accession)], wanted)


async def page(session: Session, wanted: ReferenceSearch) -> Listed[Reference]:
    """A page of the chromosomes."""
    asks_lengths = wanted.min_length is not None or wanted.max_length is not None
    found = [] if asks_lengths or wanted.is_derived else await assemblies(session, wanted)
    every = [reference(each.code, number) for each in found for number in CHROMOSOMES]
    return page_of([each for each in every if has(wanted.reference_db_ids, each.reference_db_id)], wanted)


async def get_set(session: Session, code: str) -> ReferenceSet:
    """One assembly.

    Raises:
        NotFound
    """
    found = await sets(session, ReferenceSetSearch(reference_set_db_ids=[code]))
    return the_one(found)


async def get(session: Session, text: str) -> Reference:
    """One chromosome.

    Raises:
        NotFound
    """
    return the_one(await page(session, ReferenceSearch(reference_db_ids=[text])))


def the_one(found: Listed[T]) -> T:
    """What a list of one holds.

    Raises:
        NotFound
    """
    if not found.result.data:
        raise NotFound
    return found.result.data[0]


def has(asked: list[str] | None, value: str) -> bool:
    """Whether a value is asked for."""
    return not asked or value in asked


def reference_set(assembly: Assembly) -> ReferenceSet:
    """An assembly."""
    return ReferenceSet(
        reference_set_db_id=assembly.code,
        reference_set_name=assembly.code,
        assembly_pui=assembly.accession,
        source_accessions=[assembly.accession],
        description=assembly.note,
    )


def reference(assembly: str, chromosome: int) -> Reference:
    """A chromosome."""
    return Reference(
        reference_db_id=reference_id(assembly, chromosome),
        reference_name=CHROMOSOMES[chromosome],
        reference_set_db_id=assembly,
        reference_set_name=assembly,
    )
