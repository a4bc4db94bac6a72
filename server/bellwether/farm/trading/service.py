"""Consignments, declarations, and files for authorities."""

import csv
import io
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from bellwether.farm.access import may_write, one_writer, role_of
from bellwether.farm.health.service import until
from bellwether.farm.trading import repository
from bellwether.farm.trading.layouts import USUAL, Format, Layout, comments, parts, time_on_property
from bellwether.farm.trading.models import ConsignmentRow, SentRow
from bellwether.farm.trading.problems import ConsignmentExists, ConsignmentNamed, LayoutOfOtherLength
from bellwether.farm.trading.schemas import (
    Consignment,
    ConsignmentChange,
    Declaration,
    Declared,
    File,
    FileLayout,
    Files,
    Listed,
    NewConsignment,
    NewLayout,
)
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.http.pagination import ById, id_after
from bellwether.platform.http.preconditions import Precondition
from bellwether.platform.http.schemas import Page
from bellwether.platform.ids import new_id
from bellwether.platform.problems import NotFound, Stale

ASKED = ("from_location", "to_location", "carrier")
DAYS_OF_MONTH = 30.4375
GOING = ("departure", "agistment_out")


async def create(session: Session, context: Context, body: NewConsignment) -> Consignment:
    """A new consignment.

    Raises:
        ReferenceNotFound, ReadOnlyMember, ConsignmentExists
    """
    await may_write(session, context, body.farm_id, field="farm_id")
    consignment_id = body.id or new_id()
    try:
        async with session.begin_nested():
            await repository.add(session, body.model_dump() | {"id": consignment_id, "recorded_by": context.user_id})
    except IntegrityError as error:
        raise ConsignmentExists from error
    return await get(session, consignment_id)


async def row_of(session: Session, consignment_id: UUID) -> ConsignmentRow:
    """One consignment.

    Raises:
        NotFound: none that the user can see.
    """
    row = await repository.get(session, consignment_id)
    if row is None:
        raise NotFound
    return row


async def get(session: Session, consignment_id: UUID) -> Consignment:
    """One consignment with its stock.

    Raises:
        NotFound
    """
    row = await row_of(session, consignment_id)
    tagged = await repository.sent(session, row.farm_id, row.number)
    untagged = dict(await repository.heads(session, row.farm_id, row.number))
    return Consignment.model_validate(row._asdict() | {"tagged": len(tagged), "untagged": untagged})


async def change(
    session: Session, context: Context, consignment_id: UUID, body: ConsignmentChange, if_match: Precondition
) -> Consignment:
    """Change what is given.

    Raises:
        NotFound, ReadOnlyMember, MatchRequired, Stale, ConsignmentExists
        ConsignmentNamed: it would get another number.
    """
    before = await row_of(session, consignment_id)
    await may_write(session, context, before.farm_id)
    if_match.check(before.rev)
    if body.number is not None and body.number.lower() != before.number.lower():
        # who names it meanwhile waits
        await one_writer(session, before.farm_id)
        if await repository.is_named(session, before.farm_id, before.number):
            raise ConsignmentNamed
    try:
        async with session.begin_nested():
            is_changed = await repository.change(session, consignment_id, before.rev, body.model_dump())
    except IntegrityError as error:
        raise ConsignmentExists from error
    if not is_changed:
        raise Stale
    return await get(session, consignment_id)


async def page(session: Session, context: Context, farm_id: UUID, limit: int, cursor: str | None) -> Page[Listed]:
    """Consignments of a farm.

    Raises:
        NotFound: the user does not see the farm.
    """
    if await role_of(session, context, farm_id) is None:
        raise NotFound
    rows = await repository.listing(session, farm_id, id_after(cursor), limit + 1)
    return Page(items=[Listed.model_validate(row) for row in rows[:limit]], next=ById.after(rows, limit))


async def declaration(session: Session, consignment_id: UUID) -> Declaration:
    """All that a vendor declaration asks for.

    Raises:
        NotFound
    """
    found = await get(session, consignment_id)
    rows = await repository.sent(session, found.farm_id, found.number)
    missing = [name for name in ASKED if getattr(found, name) is None]
    if not rows and not found.untagged:
        missing.append("stock: no event names the number")
    if nameless := sum(row.eid is None for row in rows):
        missing.append(f"eid of {nameless} animals")
    if found.kind in GOING:
        days = [day for day in await repository.left_on(session, found.farm_id, found.number) if day != found.moved_on]
        missing += [f"moved_on: stock left on {day}, and the consignment is of {found.moved_on}" for day in days]
    return Declaration(consignment=found, items=[declared(row) for row in rows], missing=missing)


def declared(row: SentRow) -> Declared:
    """An animal, with how long whoever gets it must wait."""
    meat, export = until(row.meat_until, row.on), until(row.export_until, row.on)
    return Declared(
        animal_id=row.animal_id, eid=row.eid, visual=row.visual, here_since=row.here_since,
        is_withheld=meat.days != 0 or export.days != 0, meat=meat, export=export,
    )  # fmt: skip


async def files(session: Session, consignment_id: UUID, name: Format) -> Files:
    """The rows of a consignment in files for an authority.

    Raises:
        NotFound
    """
    row = await row_of(session, consignment_id)
    layout, _ = await layout_of(session, row.farm_id, name)
    tagged = await repository.sent(session, row.farm_id, row.number)
    if name == "nlis_mob":
        heads = await repository.heads(session, row.farm_id, row.number)
        rows = [said(row, None) | {"stock_class": each.stock_class, "head": str(each.head)} for each in heads]
        nameless = [each.animal_id for each in tagged]
    else:
        rows = [said(row, each) for each in tagged if each.eid is not None]
        nameless = [each.animal_id for each in tagged if each.eid is None]
    written = [written_as(lines) for lines in parts(rows, layout)]
    n_rows = [len(lines) - layout.header for lines in parts(rows, layout)]
    made = [
        File(name=f"{name}_{place}.csv", rows=count, text=text)
        for place, (text, count) in enumerate(zip(written, n_rows, strict=True), 1)
    ]
    return Files(format=name, is_verified=False, files=made, without_number=nameless)


def said(row: ConsignmentRow, animal: SentRow | None) -> dict[str, str]:
    """What a file may say of a consignment and one of its animals."""
    months = None
    if animal is not None and animal.here_since is not None:
        months = (animal.on - animal.here_since).days / DAYS_OF_MONTH
    return {
        "eid": f"{animal.eid[:3]} {animal.eid[3:]}" if animal is not None and animal.eid else "",
        "visual": (animal.visual if animal is not None else None) or "",
        "from_location": row.from_location or "",
        "to_location": row.to_location or "",
        "moved_on": row.moved_on.strftime("%d/%m/%Y"),
        "consignment": row.number,
        "species": "Sheep",
        "carrier": row.carrier or "",
        "time_on_property": time_on_property(months),
        "comments": comments(row.note),
    }


def written_as(lines: Sequence[Sequence[str]]) -> str:
    """Comma separated, with the ends of lines that Windows writes."""
    text = io.StringIO()
    csv.writer(text).writerows(lines)
    return text.getvalue()


async def layout_of(session: Session, farm_id: UUID, name: Format) -> tuple[Layout, bool]:
    """The farm's own, or the usual one; whether it is that."""
    own = await repository.layout(session, farm_id, name)
    usual = USUAL[name]
    if own is None:
        return usual, True
    shown = FileLayout(format=name, is_usual=False, header=own[0], columns=own[1])
    return Layout(tuple(shown.columns), shown.header, usual.most_rows), False


async def layout(session: Session, context: Context, farm_id: UUID, name: Format) -> FileLayout:
    """The columns of a file.

    Raises:
        NotFound: the user does not see the farm.
    """
    if await role_of(session, context, farm_id) is None:
        raise NotFound
    found, is_usual = await layout_of(session, farm_id, name)
    return FileLayout(format=name, is_usual=is_usual, header=found.header, columns=list(found.columns))


async def set_layout(session: Session, context: Context, farm_id: UUID, name: Format, body: NewLayout) -> FileLayout:
    """The farm's own columns.

    Raises:
        NotFound, ReadOnlyMember, LayoutOfOtherLength
    """
    await may_write(session, context, farm_id)
    if len(body.columns) != len(USUAL[name].columns):
        raise LayoutOfOtherLength
    await repository.set_layout(session, farm_id, name, header=body.header, columns=body.columns)
    return await layout(session, context, farm_id, name)
