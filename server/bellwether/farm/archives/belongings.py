"""What belongs to a herd, through the doors by which people record it: syndicates, values of others, tasks, money."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from bellwether.farm.archives.parts import Into, said
from bellwether.farm.archives.reading import Cells, Photo
from bellwether.farm.attachments import service as attachments
from bellwether.farm.attachments.schemas import NewLink
from bellwether.farm.grazing import service as grazing
from bellwether.farm.grazing.schemas import NewRatings
from bellwether.farm.imported_values import service as imported_values
from bellwether.farm.imported_values.schemas import ToldValue
from bellwether.farm.pedigree import recalling as claims
from bellwether.farm.pedigree import service as pedigree
from bellwether.farm.pedigree.schemas import NewSyndicate, ToldClaim
from bellwether.farm.trading.money import service as money
from bellwether.farm.trading.schemas import BatchCost, Money
from bellwether.farm.trading.worth import service as worth
from bellwether.farm.trading.worth.schemas import NewStockValues
from bellwether.farm.work.sessions import service as sessions
from bellwether.farm.work.sessions.schemas import NewTemplate, ToldSession
from bellwether.farm.work.tasks import recalling
from bellwether.farm.work.tasks import service as tasks
from bellwether.farm.work.tasks.schemas import NewTaskRules, ToldTask

PART = 1_000_000


async def syndicate(into: Into, rows: Sequence[Cells]) -> None:
    """A syndicate with the rams that ran in it, which its row has as `sires`."""
    for row in rows:
        rams = [one.split("=") for one in row["sires"].split()]
        sires = [{"sire_id": ram, "share": share or None} for ram, share in rams]
        body = said(row, "id", "code", "year") | {"farm_id": into.farm_id, "sires": sires}
        await pedigree.create(into.session, into.context, NewSyndicate.model_validate(body))


def with_rams(syndicates: Sequence[tuple[int, Cells]], rams: Sequence[Cells]) -> list[tuple[int, Cells]]:
    """Each syndicate with its rams: id and share of each."""
    found: dict[str, list[str]] = {}
    for ram in rams:
        found.setdefault(ram["syndicate_id"], []).append(f"{ram['sire_id']}={ram['share']}")
    return [(line, row | {"sires": " ".join(found.get(row["id"], []))}) for line, row in syndicates]


async def syndicate_claim(into: Into, rows: Sequence[Cells]) -> None:
    """Who of one syndicate may be the sire of whom, and who stands."""
    told = [ToldClaim.model_validate(said(row, *ToldClaim.model_fields)) for row in rows]
    await claims.recall(into.session, into.context, UUID(rows[0]["syndicate_id"]), told)


async def imported_value(into: Into, rows: Sequence[Cells]) -> None:
    """Breeding values of others."""
    values = [ToldValue.model_validate(said(row)) for row in rows]
    await imported_values.take(into.session, into.context, into.farm_id, values)


async def task_rules(into: Into, rows: Sequence[Cells]) -> None:
    """All rules that the farm has set, at once."""
    body = NewTaskRules.model_validate({"rules": [said(row) for row in rows]})
    await tasks.set_rules(into.session, into.context, into.farm_id, body)


async def task(into: Into, rows: Sequence[Cells]) -> None:
    """What was written down, or said of what follows."""
    told = [ToldTask.model_validate(said(row)) for row in rows]
    await recalling.recall(into.session, into.context, into.farm_id, told)


async def dse_ratings(into: Into, rows: Sequence[Cells]) -> None:
    """How much each class grazes, all at once."""
    ratings = {row["class"]: float(row["rating"]) for row in rows}
    await grazing.rate(
        into.session, into.context, NewRatings.model_validate({"farm_id": into.farm_id, "ratings": ratings})
    )


async def template(into: Into, rows: Sequence[Cells]) -> None:
    """What a kind of day in the yards records."""
    for row in rows:
        body = NewTemplate.model_validate(said(row))
        await sessions.create_template(into.session, into.context, into.farm_id, body)


async def yard_day(into: Into, rows: Sequence[Cells]) -> None:
    """A day in the yards, whose template may be gone since."""
    for row in rows:
        await sessions.recall(into.session, into.context, into.farm_id, ToldSession.model_validate(said(row)))


async def stock_values(into: Into, rows: Sequence[Cells]) -> None:
    """What head are worth, all at once."""
    body = NewStockValues.model_validate({"items": [said(row) for row in rows]})
    await worth.set_values(into.session, into.context, into.farm_id, body)


async def consignment_money(into: Into, rows: Sequence[Cells]) -> None:
    """What a consignment brought or cost."""
    for row in rows:
        body = Money.model_validate(said(row, *Money.model_fields))
        await money.set_money(into.session, into.context, UUID(row["consignment_id"]), body)


async def batch_cost(into: Into, rows: Sequence[Cells]) -> None:
    """What a batch of a remedy cost."""
    for row in rows:
        body = BatchCost.model_validate(said(row, "amount"))
        await money.set_batch_cost(into.session, into.context, UUID(row["batch_id"]), body)


async def attachment_link(into: Into, rows: Sequence[Cells]) -> None:
    """What refers to which photo or paper, whether its bytes are there or not."""
    for row in rows:
        await attachments.link(into.session, into.context, into.farm_id, NewLink.model_validate(said(row)))


async def photos(into: Into, found: Mapping[str, Photo]) -> None:
    """The bytes, by their hash."""
    for sha256, one in found.items():
        parts = [one.content[start : start + PART] for start in range(0, len(one.content), PART)]
        sent = attachments.Sent(parts, sha256, one.media_type)
        await attachments.put(into.session, into.context, into.farm_id, sha256, sent)
