"""Messages in our own words."""

from collections.abc import Callable, Mapping
from typing import Literal, NamedTuple

from bellwether.farm.icar.taking.entries import Entry, as_error
from bellwether.farm.icar.taking.sent import SentConsignment, SentEvent
from bellwether.farm.icar.words import ARRIVALS, DEPARTURES, SEVERITIES, TRAIT
from bellwether.platform.json import JsonObject, JsonValue
from bellwether.sheep.findings import broken, warning
from bellwether.sheep.traits import named, weights

REASONS = {theirs: ours for ours, theirs in ARRIVALS.items()} | {
    "Sale": "purchase", "Imported": "purchase", "AgistmentReturn": "return", "ShowReturn": "return",
    "StudServiceReturn": "return", "SaleReturn": "return", "StudService": "transfer", "Show": "transfer",
    "Slaughter": "transfer", "Other": "transfer",
}  # fmt: skip
FATES = {theirs: ours for ours, theirs in DEPARTURES.items()} | {
    "Export": "sold", "SaleReturn": "sold", "StudService": "grazing_off", "Show": "grazing_off",
    "InternalTransfer": "in_transit", "AgistmentReturn": "in_transit", "ShowReturn": "in_transit",
    "StudServiceReturn": "in_transit", "Other": "in_transit",
}  # fmt: skip

MOST_CAUSE = 100
TO_MARKET = ("sold", "culled")
"""Where nobody who is withheld goes without a reason."""
SEVERE = {theirs: ours for ours, theirs in SEVERITIES.items()}
"""The worst last."""


class Translation(NamedTuple):
    """An event in our own words."""

    kind: str
    payload: JsonObject
    about: Literal["animal", "group", "member", "payload"] = "animal"
    """To whom it happened: the animal or the group of the message, both of them, or whom the payload says."""


def word(table: Mapping[str, str], field: str, *said: str | None) -> str:
    """The first of what was said that the table has.

    Raises:
        Broken: it has none.
    """
    found = next((table[text] for text in said if text is not None and text in table), None)
    if found is None:
        given = next((text for text in said if text), None)
        message = f"{given[:40]} is not known here" if given else f"the message has no {field}"
        raise broken("word_unknown", message, f"send one of {', '.join(table)}", field=field)
    return found


def place(consignment: SentConsignment | None, end: str) -> str | None:
    """Where the animals came from or went."""
    found = None if consignment is None else getattr(consignment, end)
    return None if found is None else found.id


def paper(consignment: SentConsignment | None) -> str | None:
    """The number of the papers."""
    return None if consignment is None or consignment.id is None else consignment.id.id


def arrival(entry: Entry) -> Translation:
    """What only an arrival says."""
    sent = entry.sent
    where = place(sent.consignment, "origin_location")
    reason = word(REASONS, "arrivalReason", sent.arrival_reason)
    papers = {"from_location": where, "consignment": paper(sent.consignment)}
    return Translation("animal.arrived", {"reason": reason, **papers, "note": sent.remark})


def departure(entry: Entry) -> Translation:
    """What only a departure says."""
    sent = entry.sent
    where = place(sent.consignment, "destination_location")
    said = (sent.departure_kind, sent.departure_reason)
    # whichever of the two says that it was sold: a sale under another name is still one (I20)
    to_market = next((text for text in said if text in FATES and FATES[text] in TO_MARKET), None)
    fate = word(FATES, "departureKind", to_market, *said)
    papers = {"to_location": where, "consignment": paper(sent.consignment)}
    return Translation("animal.departed", {"fate": fate, **papers, "note": sent.remark})


def death(entry: Entry) -> Translation:
    """What only a death says."""
    cause, note = why(entry)
    return Translation("animal.died", {"cause": cause, "disposal": entry.sent.disposal_method, "note": note})


def why(entry: Entry) -> tuple[str | None, str | None]:
    """The cause of a death, and the note; what is too long for the one is whole in the other."""
    sent = entry.sent
    cause = ": ".join(text for text in (sent.death_reason, sent.explanation) if text)
    if len(cause) <= MOST_CAUSE:
        return cause or None, sent.remark
    text = f"the reason has {len(cause)} characters, of which {MOST_CAUSE} are its cause; all of it is in the note"
    told = warning("cause_cut", text, "nothing is to be done", field="explanation")
    entry.told.append(as_error(entry.row, told))
    return cause[:MOST_CAUSE].strip(), "; ".join(part for part in (sent.remark, cause) if part)


def diagnosis(entry: Entry) -> Translation:
    """What an animal has; several findings of one message are one finding, as bad as the worst of them."""
    found = entry.sent.diagnoses or []
    names = "; ".join(one.name for one in found if one.name)
    if not names:
        raise broken("finding_missing", "the message has no diagnosis", "send diagnoses with names", field="diagnoses")
    told = [word(SEVERE, "diagnoses.severity", one.severity) for one in found if one.severity]
    worst = max(told, key=[*SEVERE.values()].index, default=None)
    return Translation("diagnosis.recorded", {"finding": names, "severity": worst})


Translate = Callable[[Entry], Translation]
"""Makes an event of a message."""


def without_nothing(payload: JsonObject) -> JsonObject:
    """What was said."""
    found: dict[str, JsonValue] = {name: value for name, value in payload.items() if value not in (None, "")}
    return found


def trait(sent: SentEvent, default: str | None) -> str:
    """Of which trait a weight is: its stage is said by whoever weighed, and never guessed from an age.

    Raises:
        Broken: neither message nor request says it.
    """
    label = sent.trait_label
    told = label.id if label is not None and label.scheme in (None, TRAIT) else None
    found = named((told or default or "").upper())
    if found is None or not found.is_weight:
        text = f"{told[:40]} is no weight" if told else "nothing says of which stage the weight is"
        fix = f"send traitLabel with scheme {TRAIT} and one of {', '.join(weights())}, or ?trait= for all of them"
        raise broken("trait_unknown", text, fix, field="traitLabel")
    return found.code
