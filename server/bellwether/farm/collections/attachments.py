"""What refers to photos and papers; their bytes come another way."""

from bellwether.farm.attachments import service as attachments
from bellwether.farm.attachments.schemas import NewLink
from bellwether.farm.collections.collection import Collection, Master, Write, columns, reading

STORED = "exists (select from farm.attachment a where a.farm_id = t.farm_id and a.sha256 = t.sha256)"


async def link(write: Write, body: NewLink) -> None:
    """An animal or an event has an attachment."""
    await attachments.link(write.session, write.context, write.farm_id, body)


async def unlink(write: Write) -> None:
    """It has it no more."""
    await attachments.unlink(write.session, write.context, write.farm_id, write.id)


COLLECTIONS = (
    Collection(
        "attachment_links",
        "attachment_link",
        columns("sha256", "animal_id", "event_id", "created_at", stored=STORED),
        Master(reading(NewLink, link, "id"), remove=unlink),
    ),
)
