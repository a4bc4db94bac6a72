"""Messages of one request on their way in: what was read of each, what is wrong with it and what became of it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, cast
from uuid import UUID, uuid5

from pydantic import ValidationError

from bellwether.farm.icar.models import RemedyRow
from bellwether.farm.icar.taking.sent import SentEvent, SentIdentifier, SentMeta
from bellwether.farm.icar.taking.when import When, when
from bellwether.farm.icar.words import SOURCE
from bellwether.farm.identifiers.wearers import Asked, wearers
from bellwether.platform.database.transactions import Session
from bellwether.platform.http.strict.rows import Row
from bellwether.platform.http.strict.words import MOST_TOLD, told
from bellwether.platform.http.strict.words import Finding as PydanticFinding
from bellwether.platform.problems import RowError
from bellwether.sheep.findings import Broken, Finding, broken

SETS = "animal-sets"
"""Groups, told as they are and not as what happened to somebody."""
RUNNING = "RunWithBull"
"""Rams ran with a ewe: a joining, which has an end of its own."""


@dataclass
class Entry:
    """One message."""

    row: int
    sent: SentEvent = field(default_factory=SentEvent)
    key: UUID | None = None
    """What the sender calls it, as an id of the farm: the id of the first version that is stored."""
    moment: When | None = None
    animal_id: UUID | None = None
    """Of what is taken back that of what was said before."""
    others: dict[str, UUID] = field(default_factory=dict)
    """Sire, donor and rearingDam, by these words."""
    rams: list[UUID] = field(default_factory=list)
    """All that ran with a ewe."""
    strange: frozenset[str] = frozenset()
    """Ids of ours of lambs that are no animals of this farm: those of another one, which has told of them."""
    group_id: UUID | None = None
    heads: tuple[str, int] | None = None
    """Of which class, and how many."""
    zone: str = "UTC"
    remedy: RemedyRow | None = None
    batch_id: UUID | None = None
    stored_id: UUID | None = None
    is_known: bool = False
    """Whether it is a record of the farm itself, of which nothing is to be made."""
    runs: bool = False
    """Whether it is of rams that ran with a ewe, or takes that back."""
    faults: list[RowError] = field(default_factory=list)
    told: list[RowError] = field(default_factory=list)

    @property
    def is_sound(self) -> bool:
        """Whether nothing is wrong with it so far."""
        return not self.faults

    @property
    def deletes(self) -> bool:
        """Whether it takes back what was sent before."""
        return self.sent.meta is not None and bool(self.sent.meta.is_deleted)

    def fail(self, *findings: Finding) -> None:
        """What is wrong with it."""
        self.faults += [as_error(self.row, finding) for finding in findings]


def as_error(row: int, found: Finding) -> RowError:
    """A finding about a message."""
    return RowError(row=row, field=found.field, code=found.code, message=found.message, fix=found.fix)


def read(farm_id: UUID, kind: str, rows: Sequence[Row], zone: str) -> list[Entry]:
    """What the messages say by themselves; of two with one sourceId the second is not taken."""
    entries, seen = [], set[UUID]()
    for row, sent in enumerate(rows):
        entry = Entry(row, zone=zone)
        entries.append(entry)
        try:
            entry.sent = sent_event(sent)
            entry.key = key_of(farm_id, kind, entry.sent)
            if entry.key in seen:
                fix = "send the later one in a request of its own"
                raise broken(
                    "repeated_source_id", "its sourceId stands twice in this request", fix, field="meta.sourceId"
                )
            seen.add(entry.key)
            entry.moment = moment_of(kind, entry.sent, zone)
        except ValidationError as error:
            entry.faults = in_our_words(row, error)
        except Broken as error:
            entry.fail(*error.findings)
        entry.told += [as_error(row, entry.moment.told)] if entry.moment and entry.moment.told else []
    return entries


def sent_event(sent: Row) -> SentEvent:
    """What a message says; of one that takes something back no more counts than what that is.

    Raises:
        ValidationError
    """
    try:
        return SentEvent.model_validate(sent)
    except ValidationError:
        meta = sent.get("meta")
        if isinstance(meta, dict) and meta.get("isDeleted") is True:
            return SentEvent(meta=SentMeta.model_validate(meta))
        raise


def moment_of(kind: str, sent: SentEvent, zone: str) -> When | None:
    """When it happened; of a set since when it is as it is told. What is taken back need not say it.

    Raises:
        Broken
    """
    try:
        return said_moment(kind, sent, zone)
    except Broken:
        if sent.meta is None or not sent.meta.is_deleted:
            raise
        return None


def said_moment(kind: str, sent: SentEvent, zone: str) -> When:
    """The moment that a message says.

    Raises:
        Broken
    """
    if kind == SETS:
        return when(sent.meta.modified if sent.meta else None, zone, "meta.modified")
    is_of_birth = not sent.event_date_time and sent.newborn.birth_date
    is_ours = sent.meta is not None and sent.meta.source == SOURCE
    return when(sent.happened, zone, "animalDetail.birthDate" if is_of_birth else "eventDateTime", is_ours=is_ours)


def in_our_words(row: int, error: ValidationError) -> list[RowError]:
    """What does not have the form that it must have."""
    found = error.errors(include_url=False, include_input=False)[:MOST_TOLD]
    return [told(cast(PydanticFinding, item)).model_copy(update={"row": row}) for item in found]


def key_of(farm_id: UUID, kind: str, sent: SentEvent) -> UUID:
    """What the sender calls a message.

    Raises:
        Broken: it has no source or sourceId, so that it would be stored twice when it comes twice.
    """
    meta = sent.meta
    if meta is None or not meta.source or not meta.source_id:
        fix = "send the name of your system as meta.source and your id of the message as meta.sourceId"
        raise broken("source_missing", "meta.source and meta.sourceId are needed", fix, field="meta")
    return uuid5(farm_id, f"{kind}\n{meta.source}\n{meta.source_id}")


async def find_animals(session: Session, farm_id: UUID, entries: Iterable[Entry]) -> None:
    """The animal of each message, and those that it names beside: who wore the number on that day."""
    asked: list[tuple[Entry, Beside]] = []
    for entry in entries:
        animal = entry.sent.animal
        if not entry.is_sound or entry.deletes:
            continue
        if animal is None or not animal.id:
            entry.fail(Finding("no_tag", "animal_missing", "the message has no animal", "send animal.id", "animal"))
            continue
        asked += [(entry, Beside("animal", animal, "animal")), *((entry, one) for one in beside(entry.sent))]
    days = [Asked(one.called.id or "", one.called.scheme, entry.moment.day) for entry, one in asked if entry.moment]
    for (entry, (role, _, field_name)), meant in zip(asked, await wearers(session, farm_id, days), strict=True):
        if isinstance(meant, Finding):
            entry.fail(replace(meant, field=field_name))
        elif role == "animal":
            entry.animal_id = meant
        elif role == "ram":
            entry.rams.append(meant)
        else:
            entry.others[role] = meant


class Beside(NamedTuple):
    """An animal in a message: its part in it, what it is called, and where."""

    role: str
    called: SentIdentifier
    field: str


def beside(sent: SentEvent) -> Iterator[Beside]:
    """Animals that a message names beside the one to which it happened."""
    if sent.rearing_dam is not None and sent.rearing_dam.id:
        yield Beside("rearingDam", sent.rearing_dam, "rearingDam")
    if sent.insemination_type == RUNNING:
        yield from (Beside("ram", one, f"{sent.sires_field}.{place}") for place, one in enumerate(sent.sires))
        return
    if len(sent.sires) == 1:
        yield Beside("sire", sent.sires[0], f"{sent.sires_field}.0")
    if len(sent.donors) == 1:
        yield Beside("donor", sent.donors[0], "embryo.donorIdentifiers.0")
