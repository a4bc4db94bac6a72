"""Every query about traits."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select

from bellwether.genetics.traits.models import trait, trait_correlation
from bellwether.platform.database.transactions import Session


async def all_traits(session: Session) -> Sequence[Row[Any]]:
    """The dictionary, from birth to adult."""
    return (await session.execute(select(trait).order_by(trait.c.reference_age_days, trait.c.code))).all()


async def correlations(session: Session) -> Sequence[Row[Any]]:
    """Each pair of traits once."""
    statement = select(trait_correlation).order_by(trait_correlation.c.trait_a, trait_correlation.c.trait_b)
    return (await session.execute(statement)).all()
