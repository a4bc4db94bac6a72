"""The trait dictionary and the variances that follow from it."""

from typing import Any

from bellwether.genetics.traits import repository
from bellwether.genetics.traits.schemas import Correlation, Trait
from bellwether.platform.database.transactions import Session


async def dictionary(session: Session) -> list[Trait]:
    """Every trait, from birth to adult, with its correlations."""
    rows = await repository.all_traits(session)
    pairs = await repository.correlations(session)
    return [Trait.model_validate({**row._mapping, "correlations": of_trait(row.code, pairs)}) for row in rows]


def of_trait(code: str, pairs: Any) -> list[Correlation]:
    """The correlations of one trait with the others."""
    return [
        Correlation(
            trait=pair.trait_b if pair.trait_a == code else pair.trait_a, genetic=pair.genetic, residual=pair.residual
        )
        for pair in pairs
        if code in (pair.trait_a, pair.trait_b)
    ]
