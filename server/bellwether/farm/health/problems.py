"""What may be wrong with a treatment, with feed or with a sale."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from bellwether.farm.health.models import KnownBatch, ProductLabel
from bellwether.sheep.findings import Broken, Finding, broken, warning
from bellwether.sheep.withdrawals import NEVER, Market


def no_product(product_id: UUID) -> Broken:
    """Nothing of the farm."""
    text, fix = f"there is no product {product_id}", "send the id of a product of this farm"
    return broken("not_found", text, fix, field="payload.product_id", verdict="conflict")


def no_batch(batch_id: UUID, product: ProductLabel) -> Broken:
    """Nothing of the farm, or of another product."""
    text = f"{product.name} has no batch {batch_id}"
    return broken("not_found", text, "send the id of a batch of the product", field="payload.batch_id")


def one_subject() -> Broken:
    """Nobody, or two at once."""
    text = "a treatment or feed is of one animal or of one group"
    return broken("one_subject", text, "send animal_id or group_id, and not both", field="animal_id")


def last_dose(first: date, last: date, today: date) -> Broken:
    """Before the first one, or still to come."""
    text = f"the last day is {last}, the first one {first}, and it is {today} on the farm"
    fix = "send as last_on the last day that has been; correct the event when the course goes on"
    return broken("date_impossible", text, fix, field="payload.last_on")


def one_dose(first: date, last: date) -> Broken:
    """Several days, and one dose."""
    text = f"one dose is not given from {first} to {last}"
    return broken("doses_apart", text, "send the number of doses, or leave last_on out", field="payload.doses")


def below_label(market: Market, days: int, label: int) -> Broken:
    """An off-label figure that would let an animal go earlier than the label."""
    text = f"the label asks for {label} days ({market}), and off-label use for {days} only"
    fix = f"send at least {label} days, or leave the figure out"
    return broken("below_label", text, fix, field=f"payload.off_label.{market}_days")


def withheld(name: str, markets: Sequence[tuple[Market, date]]) -> Broken:
    """A sale of an animal that is not clear."""
    text = f"{name} is withheld: {said(markets)}"
    known = [until for _, until in markets if until != NEVER]
    when = f"sell it from {max(known)} on, " if len(known) == len(markets) else ""
    fix = f"{when}name another market, or send payload.override with a reason"
    return broken("withheld", text, fix, field="payload.override", verdict="conflict")


def tagged_while_withheld(name: str, markets: Sequence[tuple[Market, date]]) -> Finding:
    """Who becomes an animal of its own leaves the course of its mob behind."""
    text = f"{name} is withheld: {said(markets)}; the animals that get tags now do not know it"
    fix = "let them be in the mob from before its treatment on, or record the treatment of each"
    return warning("tagged_while_withheld", text, fix, field="payload.fate")


def expired(batch: KnownBatch, day: date) -> Finding:
    """A batch beyond its date."""
    text = f"batch {batch.lot} expired on {batch.expires_on}, before {day}"
    return warning("batch_expired", text, "check the batch", field="payload.batch_id")


def other_route(product: ProductLabel, route: str) -> Finding:
    """Another way than that of the label."""
    text = f"the label of {product.name} says {product.route}, not {route}"
    return warning("other_route", text, "check the route; off-label use may ask for more days", field="payload.route")


def nobody() -> Finding:
    """A group without members at that time."""
    fix = "check group, day and time, or record who was in the group"
    return warning("nobody_treated", "nobody was in the group at that time", fix, field="group_id")


def stock_short(lot: str, on_hand: float, unit: str) -> Finding:
    """More was given than was bought."""
    text = f"batch {lot} has {on_hand:g} {unit} on hand: more was given than was bought"
    fix = "correct the dose or the batch, or the quantity that was bought"
    return warning("stock_short", text, fix, field="payload.batch_id")


def sold_before(count: int) -> Finding:
    """Animals were sold when this had them withheld."""
    text = f"{count} sold or on a list for sale although withheld, as is known from now on"
    fix = "tell the buyer; they are listed under /farms/{id}/withheld-sales"
    return warning("sold_while_withheld", text, fix, field="occurred_on")


def said(markets: Sequence[tuple[Market, date]]) -> str:
    """For a message."""
    return ", ".join(
        f"{market} until {until}" if until != NEVER else f"{market} until somebody says for how long"
        for market, until in markets
    )
