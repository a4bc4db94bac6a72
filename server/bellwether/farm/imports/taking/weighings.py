"""Rows about weights of animals that the farm has."""

from collections.abc import Sequence

from bellwether.farm.imports.judging.outcomes import Outcome
from bellwether.farm.imports.judging.weighing import Weighing
from bellwether.farm.imports.judging.weighings import judge
from bellwether.farm.imports.models import Batch
from bellwether.farm.imports.storing import tags
from bellwether.farm.imports.taking.ledgers import open_ledger, store_ledger
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session


async def take(session: Session, context: Context, batch: Batch, rows: Sequence[tuple[int, Weighing]]) -> list[Outcome]:
    """The verdicts; accepted weights are stored."""
    animals, days = await tags.load(session, batch, rows)
    ledger = await open_ledger(session, batch, days)
    outcomes = judge(rows, animals, ledger)
    await store_ledger(session, context, batch, ledger)
    await tags.remember(session, batch)
    return outcomes
