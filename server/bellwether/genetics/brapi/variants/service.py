"""Markers as variants."""

from bellwether.genetics.brapi.numbers import CHROMOSOMES, reference_id, variant_id
from bellwether.genetics.brapi.variants import repository
from bellwether.genetics.brapi.variants.asked import VariantSearch
from bellwether.genetics.brapi.variants.models import VariantRow
from bellwether.genetics.brapi.variants.schemas import Variant
from bellwether.platform.brapi.wire import ListedByToken, listed, with_tokens
from bellwether.platform.database.transactions import Session
from bellwether.platform.problems import NotFound


async def page(session: Session, wanted: VariantSearch) -> ListedByToken[Variant]:
    """A page of what is wanted."""
    rows, total = await repository.found(session, wanted)
    return with_tokens(listed([variant(row) for row in rows], total, wanted))


async def get(session: Session, text: str) -> Variant:
    """One marker.

    Raises:
        NotFound: none that the user can see.
    """
    found, _ = await repository.found(session, VariantSearch(variant_db_ids=[text]))
    if not found:
        raise NotFound
    return variant(found[0])


def variant(row: VariantRow) -> Variant:
    """A marker: what it counts stands in place of the reference."""
    is_placed = row.chrom in CHROMOSOMES
    return Variant(
        variant_db_id=variant_id(row.chip_id, row.name),
        variant_names=[row.name],
        variant_set_db_id=[str(row.chip_id)],
        variant_type="SNV" if len(row.counted) <= 1 and len(row.other) <= 1 else "INDEL",
        reference_set_db_id=row.assembly,
        reference_db_id=reference_id(row.assembly, row.chrom) if is_placed and row.assembly is not None else None,
        reference_name=CHROMOSOMES.get(row.chrom),
        start=row.position - 1 if is_placed and row.position else None,
        end=row.position if is_placed and row.position else None,
        reference_bases=row.other or None,
        alternate_bases=[row.counted] if row.counted else [],
    )
