"""Verdicts on treatments, introduced feed and sales, each against what the farm knows and what was accepted before."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import NamedTuple, get_args
from uuid import UUID
from zoneinfo import ZoneInfo

from bellwether.farm.health import problems
from bellwether.farm.health.models import FED, GIVEN, Course, Fed, Given, Known, ProductLabel, Said, Sale, Tagging
from bellwether.sheep.findings import Finding
from bellwether.sheep.quantities import converted
from bellwether.sheep.stock import Change
from bellwether.sheep.whereabouts import Memberships, Moment
from bellwether.sheep.withdrawals import Market, Periods, counting, open_markets

FOR_SALE: tuple[Market, ...] = ("meat", "export")


class Meant(NamedTuple):
    """What an event says of health: `held` are the groups of its animal, `changes` those of head without tags."""

    event_id: UUID
    day: date
    at: Moment
    zone: str
    animal_id: UUID | None
    group_id: UUID | None
    said: Said
    name: str
    held: Memberships
    changes: Sequence[Change]


def judged(known: Known, meant: Meant) -> tuple[Course | None, Sequence[Finding]]:
    """The course that the event is, and what is odd about it.

    Raises:
        Broken: it cannot be, or is not allowed.
    """
    said = meant.said
    if isinstance(said, Sale):
        check_sale(known, meant, said)
        return None, ()
    if isinstance(said, Tagging):
        found = withheld_from(known, meant, FOR_SALE)
        return None, [problems.tagged_while_withheld(meant.name, found)] if found else ()
    if said is None:
        return None, ()
    if (meant.animal_id is None) == (meant.group_id is None):
        raise problems.one_subject()
    if not meant.day <= said.last_on <= max(known.today, meant.day):
        raise problems.last_dose(meant.day, said.last_on, known.today)
    if isinstance(said, Fed):
        return course(meant, FED, said, None, Periods(said.days, said.days, said.days)), ()
    return treatment(known, meant, said)


def treatment(known: Known, meant: Meant, given: Given) -> tuple[Course, Sequence[Finding]]:
    """A treatment with its warnings.

    Raises:
        Broken
    """
    if given.doses == 1 and given.last_on != meant.day:
        raise problems.one_dose(meant.day, given.last_on)
    product = known.products.get(given.product_id)
    if product is None:
        raise problems.no_product(given.product_id)
    for market, days, label in zip(get_args(Market), given.off_label, product.periods, strict=True):
        if days is not None and label is not None and days < label:
            raise problems.below_label(market, days, label)
    per_head = given.doses * converted(given.dose, given.unit, product.unit, field="payload.unit")
    used = None if given.used is None else converted(given.used, given.unit, product.unit, field="payload.unit")
    made = course(meant, GIVEN, given, given.product_id, counting(product.periods, given.off_label))
    made = made._replace(batch_id=given.batch_id, per_head=per_head, used=used)
    return made, odd(known, given, product)


def odd(known: Known, given: Given, product: ProductLabel) -> list[Finding]:
    """What is taken, and told.

    Raises:
        Broken: the batch is of another product.
    """
    found = []
    if given.batch_id is not None:
        batch = known.batches.get(given.batch_id)
        if batch is None or batch.product_id != given.product_id:
            raise problems.no_batch(given.batch_id, product)
        if batch.expires_on is not None and batch.expires_on < given.last_on:
            found.append(problems.expired(batch, given.last_on))
    if given.route is not None and product.route is not None and given.route != product.route:
        found.append(problems.other_route(product, given.route))
    return found


def course(meant: Meant, kind: str, said: Given | Fed, product_id: UUID | None, periods: Periods) -> Course:
    """What is kept of it."""
    until = datetime.combine(said.last_on, time.max, ZoneInfo(meant.zone))
    subject = (meant.animal_id, meant.group_id)
    days = (meant.day, said.last_on)
    return Course(meant.event_id, kind, *subject, *meant.at, until, *days, product_id, None, None, None, *periods)


def check_sale(known: Known, meant: Meant, sale: Sale) -> None:
    """Who is withheld from a market is sold there with a reason only (I20).

    Raises:
        Broken
    """
    if sale.is_overridden:
        return
    if found := withheld_from(known, meant, FOR_SALE if sale.market is None else (sale.market,)):
        raise problems.withheld(meant.name, found)


def withheld_from(known: Known, meant: Meant, markets: Sequence[Market]) -> Sequence[tuple[Market, date]]:
    """Those of the markets for which the animal or the mob is not clear, and until when."""
    if meant.animal_id is not None:
        if meant.group_id is not None and meant.group_id not in known.lists:
            return ()
        ends = known.ends_of(meant.animal_id, meant.held, meant.day)
    else:
        assert meant.group_id is not None
        ends = known.ends_of_herd(meant.group_id, meant.at, meant.changes)
    return () if ends is None else open_markets(ends, meant.day, markets)
