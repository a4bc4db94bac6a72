"""What each mob brought and cost, by the head and the days that it was kept."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, NamedTuple
from uuid import UUID

from fastapi import Query

from bellwether.farm.reports import charts
from bellwether.farm.reports.declaring import Asked, Cell, Column, Found, report
from bellwether.farm.schemas import Day
from bellwether.farm.stock.service import PeriodTurned
from bellwether.farm.trading.money import repository as money
from bellwether.farm.trading.money.models import CostRow, KeptRow, TradedRow
from bellwether.farm.trading.money.service import by_mob, facts
from bellwether.farm.trading.worth.models import Worth
from bellwether.farm.trading.worth.service import worths
from bellwether.platform.database.transactions import Session

OF_THE_FARM, ALL = "of the farm, of no mob", "All"
FUTURE = "days of the period that have not been"
UNVALUED = "head of a class of which nobody has stated a value"
NOTHING, NOBODY = (0.0, 0.0, 0.0, 0.0), KeptRow(0, 0, 0)
NONE = Worth(0.0, 0)


@dataclass(frozen=True)
class MarginParameters:
    """From when to when."""

    first: Annotated[Day, Query(description="The first day of the period")]
    last: Annotated[Day, Query(description="Its last day")]


class Facts(NamedTuple):
    """What was bought, sold and spent, and the head that each mob had."""

    names: dict[UUID, str]
    traded: list[TradedRow]
    spent: tuple[list[CostRow], list[CostRow]]
    kept: dict[UUID, KeptRow]
    worth: tuple[dict[UUID, Worth], dict[UUID, Worth]] | None
    """Before the first day and at the end; None: nobody has stated what head are worth."""


async def read(session: Session, asked: Asked[MarginParameters]) -> Facts:
    """Of a period; head are counted on its days until today."""
    first, last = asked.parameters.first, asked.parameters.last
    if last < first:
        raise PeriodTurned(first, last)
    traded, spent = await facts(session, asked.farm_id, first, last)
    kept = await money.kept(session, asked.farm_id, first, ended(asked)) if ended(asked) >= first else {}
    opening = await worths(session, asked.farm_id, first - timedelta(days=1))
    closing = await worths(session, asked.farm_id, ended(asked)) if ended(asked) >= first else None
    worth = None if opening is None or closing is None else (opening, closing)
    return Facts(await money.groups(session, asked.farm_id), traded, spent, kept, worth)


def ended(asked: Asked[MarginParameters]) -> date:
    """The last day of the period that has been."""
    return min(asked.parameters.last, asked.today)


def count(facts: Facts, asked: Asked[MarginParameters]) -> Found:
    """A row for each mob, one for what was spent on the farm, and one for all."""
    lines = by_mob(facts.traded, *facts.spent)
    heads: dict[UUID | None, list[int]] = defaultdict(lambda: [0, 0])
    for row in facts.traded:
        heads[row.group_id][row.kind == "arrival"] += row.head
    days = max((ended(asked) - asked.parameters.first).days + 1, 0)
    keys = {key for key in lines if key is not None} | facts.kept.keys()
    rows: list[tuple[Cell, ...]] = []
    for key in sorted(keys, key=lambda key: (facts.names[key], key)):
        line, kept = lines.get(key, NOTHING), facts.kept.get(key, NOBODY)
        rows.append(
            (facts.names[key], *heads[key], *figures(line, kept, days), *with_stock(line, stock_of(facts, key)))
        )
    if None in lines:
        own = with_stock(lines[None], None if facts.worth is None else (0.0, 0.0))
        rows.append((OF_THE_FARM, *heads[None], *figures(lines[None], None, days), *own))
    if not rows:
        return Found([])
    whole = KeptRow(*(sum(amounts) for amounts in zip(*facts.kept.values(), strict=True))) if facts.kept else None
    amounts = [sum(parts) for parts in zip(NOTHING, *lines.values(), strict=True)]
    sold, bought = (sum(parts) for parts in zip((0, 0), *heads.values(), strict=True))
    rows.append((ALL, sold, bought, *figures(amounts, whole, days), *with_stock(amounts, stock_of_all(facts))))
    priceless = sum(row.head for row in facts.traded if row.price is None)
    future = (asked.parameters.last - asked.parameters.first).days + 1 - days
    unvalued = max((sum(worth.head_without_value for worth in one.values()) for one in facts.worth or ()), default=0)
    left_out = {"head that were bought or sold without a price": priceless, FUTURE: future, UNVALUED: unvalued}
    return Found(rows, {reason: n for reason, n in left_out.items() if n})


def stock_of(facts: Facts, key: UUID) -> tuple[float | None, float | None] | None:
    """What a mob was worth before, and is at the end; nothing where it had no head."""
    if facts.worth is None:
        return None
    opening, closing = (one.get(key, NONE).amount for one in facts.worth)
    return opening, closing


def stock_of_all(facts: Facts) -> tuple[float | None, float | None] | None:
    """What all mobs were worth, where that is known of each."""
    if facts.worth is None:
        return None
    opening, closing = (total([worth.amount for worth in one.values()]) for one in facts.worth)
    return opening, closing


def total(amounts: Sequence[float | None]) -> float | None:
    """None: one of them is not known."""
    known = [amount for amount in amounts if amount is not None]
    return sum(known) if len(known) == len(amounts) else None


def with_stock(line: Sequence[float], worth: tuple[float | None, float | None] | None) -> tuple[Cell, ...]:
    """Value before and at the end, and the margin with what it grew by."""
    if worth is None:
        return None, None, None
    opening, closing = worth
    income, *spent = (round(amount, 2) for amount in line)
    if opening is None or closing is None:
        return opening, closing, None
    return opening, closing, round(income - sum(spent) + closing - opening, 2)


def figures(line: Sequence[float], kept: KeptRow | None, days: int) -> tuple[Cell, ...]:
    """Money, head, and money by head."""
    income, *spent = (round(amount, 2) for amount in line)
    margin = round(income - sum(spent), 2)
    mean = kept.head_days / days if kept is not None and days else None
    by_head = [amount / mean if mean else None for amount in (income, round(sum(spent), 2), margin)]
    by_day = margin / kept.head_days if kept is not None and kept.head_days else None
    return income, *spent, margin, *(kept or (None, None, None)), mean, *by_head, by_day


COLUMNS = (
    Column("mob", "Mob", "Head that were sold are of the mob from which they went, bought ones of that into which they "
           "came first"),
    Column("sold", "Sold", "Head sold or culled, with tags and without", "whole"),
    Column("bought", "Bought", "Head purchased, with tags and without", "whole"),
    Column("income", "Income", "Of each head sold its price less its share of the costs of the consignment; what is "
           "paid by the kg is shared equally among the head of the consignment", "number", decimals=2),
    Column("purchases", "Purchases", "Of each head bought its price and its share of the costs of the consignment",
           "number", decimals=2),
    Column("products", "Products", "Of what was used of each batch in the period: used / quantity of the batch * cost "
           "of the batch", "number", decimals=2),
    Column("costs", "Costs", "Costs recorded of the mob", "number", decimals=2),
    Column("margin", "Margin", "Income - purchases - products - costs; what the head that are still there are worth, "
           "and moves between mobs, are not in it", "number", decimals=2),
    Column("opening", "Opening", "Head in the mob before the first day", "whole"),
    Column("closing", "Closing", "Head in the mob at the end of the last day that has been", "whole"),
    Column("head_days", "Head-days", "Sum over the days of the period that have been of the head in the mob at the end "
           "of the day, with tags and without", "whole", "d"),
    Column("mean_head", "Mean head", "Head-days / days of the period that have been", "number"),
    Column("income_by_head", "Income by head", "Income / mean head", "number", decimals=2),
    Column("spent_by_head", "Spent by head", "(Purchases + products + costs) / mean head", "number", decimals=2),
    Column("margin_by_head", "Margin by head", "Margin / mean head", "number", decimals=2),
    Column("margin_by_head_day", "Margin by head-day", "Margin / head-days", "number", decimals=4),
    Column("opening_value", "Opening value", "Head in the mob before the first day, each at what an owner stated last "
           "of its class by then; empty where nobody has of some", "number", decimals=2),
    Column("closing_value", "Closing value", "The same of the end of the last day that has been", "number", decimals=2),
    Column("margin_with_stock", "Margin with stock", "Margin + closing value - opening value: head that came from "
           "another mob are in it", "number", decimals=2),
)  # fmt: skip
MARGINS = report(
    "margin-by-mob",
    title="Margin of each mob",
    says="What each mob brought less what it cost in a period, in the money of the farm, and by the head and the days "
    "that it was kept.",
    parameters=MarginParameters,
    columns=COLUMNS,
    chart=charts.plot("bar", y=charts.named(COLUMNS, "mob", sort=None), x=charts.named(COLUMNS, "margin")),
    read=read,
    count=count,
    is_of_owners=True,
)
