"""Keeping what devices send by its hash, and linking it to what it shows."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

from bellwether.farm.access import ReferenceNotFound, may_write, one_writer, role_of
from bellwether.farm.attachments import repository
from bellwether.farm.attachments.kinds import KINDS, kind_of
from bellwether.farm.attachments.models import AttachmentRow
from bellwether.farm.attachments.problems import (
    AttachmentLinked,
    HashWrong,
    KindUnknown,
    KindWrong,
    LinkExists,
    LinkOfOne,
)
from bellwether.farm.attachments.schemas import Attachment, Link, NewLink
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.http.pagination import ById, Cursor, id_after
from bellwether.platform.http.schemas import Page
from bellwether.platform.ids import new_id
from bellwether.platform.problems import NotFound
from bellwether.platform.quotas import QuotaReached

LookAgain = Callable[[], AbstractAsyncContextManager[Session]]


class ByHash(Cursor):
    """In the order of the hashes."""

    sha256: str


class Sent(NamedTuple):
    """What came: the bytes in parts, their hash, and what they are said to be."""

    parts: list[bytes]
    sha256: str
    media_type: str


UNNAMED = "application/octet-stream"
"""What a client says that leaves the kind to the bytes."""


def checked(sent: Sent, sha256: str) -> str:
    """The kind of the bytes, which are what their address and their type say.

    Raises:
        KindUnknown, KindWrong, HashWrong
    """
    found = kind_of(sent.parts[0] if sent.parts else b"")
    if sent.sha256 != sha256:
        raise HashWrong(sent.sha256)
    if sent.media_type not in (*KINDS, UNNAMED) or found is None:
        raise KindUnknown
    if sent.media_type not in (found.media_type, UNNAMED):
        raise KindWrong(sent.media_type, found.media_type)
    return found.media_type


async def put(session: Session, context: Context, farm_id: UUID, sha256: str, sent: Sent) -> tuple[Attachment, bool]:
    """Keep a file, and whether it is new; the same again changes nothing.

    Raises:
        NotFound, ReadOnlyMember, KindUnknown, KindWrong, HashWrong
        QuotaReached: the farm keeps as much as it may.
    """
    await may_write(session, context, farm_id)
    media_type = checked(sent, sha256)
    await one_writer(session, farm_id)
    found = await repository.get(session, farm_id, sha256)
    if found is not None:
        return Attachment.model_validate(found), False
    size = sum(len(part) for part in sent.parts)
    await check_room(session, context, farm_id, size)
    await repository.add(session, farm_id, sha256, media_type, sent.parts, context.user_id)
    made = await repository.get(session, farm_id, sha256)
    if made is None:
        # the bytes are there as a paper of the owners: whoever sends them learns nothing, and may link them
        made = AttachmentRow(farm_id, sha256, media_type, size, 0, context.user_id, datetime.now(UTC))
    return Attachment.model_validate(made), True


async def check_room(session: Session, context: Context, farm_id: UUID, size: int) -> None:
    """The farm may keep one more; nobody else adds to it, for the farm's lock is held.

    Raises:
        QuotaReached
    """
    most = context.quotas.stored_mb_of_farm
    if await repository.stored_bytes(session, farm_id) + size > most * 1_000_000:
        raise QuotaReached(
            f"With this file the farm would keep more than {most:,} MB of attachments, which is all it may: "
            "remove one to which nothing refers, or ask the operator for more"
        )


async def get(session: Session, context: Context, farm_id: UUID, sha256: str) -> Attachment:
    """What is known of one.

    Raises:
        NotFound
    """
    await see(session, context, farm_id)
    found = await repository.get(session, farm_id, sha256)
    if found is None:
        raise NotFound
    return Attachment.model_validate(found)


async def see(session: Session, context: Context, farm_id: UUID) -> None:
    """Pass for members.

    Raises:
        NotFound
    """
    if await role_of(session, context, farm_id) is None:
        raise NotFound


async def page(session: Session, context: Context, farm_id: UUID, limit: int, cursor: str | None) -> Page[Attachment]:
    """What the farm keeps, by hash.

    Raises:
        NotFound
    """
    await see(session, context, farm_id)
    after = ByHash.read(cursor)
    rows = await repository.listing(session, farm_id, after.sha256 if after else None, limit + 1)
    return Page(items=[Attachment.model_validate(row) for row in rows[:limit]], next=ByHash.after(rows, limit))


async def file(
    look: LookAgain, context: Context, farm_id: UUID, sha256: str
) -> tuple[Attachment, AsyncIterator[bytes]]:
    """The bytes, piece by piece.

    Raises:
        NotFound
    """
    async with look() as session:
        found = await get(session, context, farm_id, sha256)
    return found, parts(look, found)


async def parts(look: LookAgain, found: Attachment) -> AsyncIterator[bytes]:
    """No connection is held while a piece travels."""
    part = 0
    while True:
        async with look() as session:
            content = await repository.read_part(session, found.farm_id, found.sha256, part)
        if content is None:
            return
        yield content
        part += 1


def name_of(found: Attachment) -> str:
    """A name for its file."""
    return f"{found.sha256[:16]}.{KINDS[found.media_type].ending}"


async def remove(session: Session, context: Context, farm_id: UUID, sha256: str) -> None:
    """Remove one to which nothing refers.

    Raises:
        NotFound, ReadOnlyMember, AttachmentLinked
    """
    await may_write(session, context, farm_id)
    await one_writer(session, farm_id)
    if (await get(session, context, farm_id, sha256)).links:
        raise AttachmentLinked
    await repository.remove(session, farm_id, sha256)


async def link(session: Session, context: Context, farm_id: UUID, body: NewLink) -> tuple[Link, bool]:
    """Let an animal or an event refer to bytes that are there or will come, and whether that is new.

    Raises:
        NotFound, ReadOnlyMember, LinkOfOne, ReferenceNotFound, LinkExists
    """
    await may_write(session, context, farm_id)
    await one_writer(session, farm_id)
    if (body.animal_id is None) == (body.event_id is None):
        raise LinkOfOne
    if body.animal_id is not None and not await repository.is_animal(session, farm_id, body.animal_id):
        raise ReferenceNotFound("animal_id", body.animal_id)
    if body.event_id is not None and not await repository.is_event(session, farm_id, body.event_id):
        raise ReferenceNotFound("event_id", body.event_id)
    same = await repository.same_link(session, farm_id, body.sha256, body.animal_id, body.event_id)
    if same is not None and body.id in (None, same.id):
        return Link.model_validate(same), False
    link_id = body.id or new_id()
    if same is not None or await repository.get_link(session, farm_id, link_id) is not None:
        raise LinkExists
    row = (farm_id, link_id, body.sha256, body.animal_id, body.event_id, context.user_id)
    await repository.add_link(session, row)
    return Link.model_validate(await repository.get_link(session, farm_id, link_id)), True


async def links(
    session: Session,
    context: Context,
    farm_id: UUID,
    wanted: Mapping[str, object | None],
    limit: int,
    cursor: str | None,
) -> Page[Link]:
    """What refers to what; of an animal with its events, of an event with what it corrects and what corrects it.

    Raises:
        NotFound
    """
    await see(session, context, farm_id)
    given = {name: value for name, value in wanted.items() if value is not None}
    rows = await repository.links(session, farm_id, given, id_after(cursor), limit + 1)
    return Page(items=[Link.model_validate(row) for row in rows[:limit]], next=ById.after(rows, limit))


async def unlink(session: Session, context: Context, farm_id: UUID, link_id: UUID) -> None:
    """The animal or the event does not refer to it any more; its bytes stay.

    Raises:
        NotFound, ReadOnlyMember
    """
    await may_write(session, context, farm_id)
    await one_writer(session, farm_id)
    if not await repository.remove_link(session, farm_id, link_id):
        raise NotFound
