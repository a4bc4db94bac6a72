"""Facts that fill the import batches."""

from bellwether.platform.database.transactions import Session
from bellwether.platform.events.facts import Consumer, Event
from bellwether.processing.batches import service
from bellwether.processing.facts import IMPORT_COMPLETED, IMPORT_UNDONE, ImportCompleted, ImportUndone, fact_of


async def on_import_told(session: Session, event: Event) -> None:
    """An import ended: keep its counts. Or it was undone, which comes after that."""
    if event.type == IMPORT_UNDONE:
        await service.record_undo(session, fact_of(event, ImportUndone))
        return
    await service.record(session, fact_of(event, ImportCompleted), event_id=event.id, actor=event.actor)


IMPORTS = Consumer(
    service="processing",
    name="processing-batches",
    stream="FARM",
    types=[IMPORT_COMPLETED, IMPORT_UNDONE],
    handle=on_import_told,
)
