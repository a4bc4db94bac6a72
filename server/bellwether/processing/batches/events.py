"""Facts that fill the import batches."""

from bellwether.platform.database.transactions import Session
from bellwether.platform.events.facts import Consumer, Event
from bellwether.processing.batches import service
from bellwether.processing.facts import IMPORT_COMPLETED, ImportCompleted, fact_of


async def on_import_completed(session: Session, event: Event) -> None:
    """An import ended: keep its counts."""
    await service.record(session, fact_of(event, ImportCompleted), event_id=event.id, actor=event.actor)


IMPORTS = Consumer(
    service="processing",
    name="processing-batches",
    stream="FARM",
    types=[IMPORT_COMPLETED],
    handle=on_import_completed,
)
