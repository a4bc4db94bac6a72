"""Chips as variant sets."""

from bellwether.genetics.brapi.variantsets import repository
from bellwether.genetics.brapi.variantsets.asked import VariantSetSearch
from bellwether.genetics.brapi.variantsets.models import VariantSetRow
from bellwether.genetics.brapi.variantsets.schemas import MetadataField, VariantSet
from bellwether.platform.brapi.wire import Listed, as_texts, page_of
from bellwether.platform.database.transactions import Session
from bellwether.platform.problems import NotFound


async def page(session: Session, wanted: VariantSetSearch) -> Listed[VariantSet]:
    """A page of what is wanted."""
    return page_of([variant_set(row) for row in await repository.found(session, wanted)], wanted)


async def get(session: Session, text: str) -> VariantSet:
    """One chip.

    Raises:
        NotFound: none that the user can see.
    """
    found = await repository.found(session, VariantSetSearch(variant_set_db_ids=[text]))
    if not found:
        raise NotFound
    return variant_set(found[0])


def variant_set(row: VariantSetRow) -> VariantSet:
    """A chip; its code and the version of its map are beside it."""
    return VariantSet(
        variant_set_db_id=str(row.id),
        variant_set_name=row.name,
        reference_set_db_id=row.assembly,
        variant_count=row.n_markers,
        call_set_count=row.n_call_sets,
        metadata_fields=[MetadataField()],
        additional_info=as_texts({"code": row.code, "mapVersion": row.map_version}),
    )
