"""Where rows come in from somebody who does not see the farm."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from bellwether.farm.events import service as events
from bellwether.farm.events.envelope import NewEvent
from bellwether.farm.events.kinds import RETRACTED
from bellwether.farm.events.schemas import READER, AppendedEvents, EventVerdict, NewEvents
from bellwether.farm.identifiers.wearers import Asked, wearers
from bellwether.farm.recorders import repository
from bellwether.farm.recorders.schemas import RECORDINGS, NewRecordings, Recording
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.http.strict.rows import Row
from bellwether.platform.problems import RowError
from bellwether.sheep.findings import Finding

UNNAMED = str(UUID(int=0))
"""Stands for the animal while an event is read, before its number was looked for."""


class Desk:
    """What is sent in one request: rows that may not be are turned away, the others go into the log."""

    def __init__(self, session: Session, context: Context, body: NewRecordings, kinds: list[str]) -> None:
        self.session, self.context, self.body = session, context, body
        self.kinds = {*kinds, RETRACTED}
        self.away: dict[int, list[RowError]] = {}
        self.ids: dict[int, UUID | None] = {}
        self.sound: dict[int, NewEvent] = {}
        self.rows: dict[int, Recording] = {}

    async def take(self, now: datetime) -> AppendedEvents:
        """A verdict for each row."""
        for row, sent_row in enumerate(self.body.recordings):
            read = RECORDINGS.read(sent_row, "recordings", row)
            if isinstance(read, Recording):
                self.rows[row] = read
                self.read(row, read)
            else:
                self.ids[row], self.away[row] = None, read
        await self.check_own()
        await self.check_others()
        animals = await self.animals()
        rows = [row for row in sorted(self.sound) if row not in self.away]
        sent = [self.sent(row, animals) for row in rows]
        items = [EventVerdict(row=row, id=self.ids[row], verdict="rejected", errors=e) for row, e in self.away.items()]
        if sent:
            body = NewEvents(farm_id=self.body.farm_id, events=sent)
            found = await events.append(self.session, self.context, body, now)
            items += [self.moved(item, rows[item.row]) for item in found.items]
        rejected = sum(item.verdict == "rejected" for item in items)
        items.sort(key=lambda item: item.row)
        return AppendedEvents(accepted=len(items) - rejected, rejected=rejected, items=items)

    def read(self, row: int, recording: Recording) -> None:
        """What the row says by itself."""
        sent, self.ids[row] = recording.event, None
        kind = sent.get("kind")
        if not isinstance(kind, str) or kind not in self.kinds:
            text = f"you may record {', '.join(sorted(self.kinds - {RETRACTED}))} in this flock, not {str(kind)[:100]}"
            return self.turn_away(row, "kind_not_yours", text, "leave the row out, or ask an owner", "event.kind")
        if "group_id" in sent:
            text = "who sees nothing of the farm treats no group as it was"
            return self.turn_away(
                row, "no_groups", text, "send a row for each animal, without group_id", "event.group_id"
            )
        if "animal_id" in sent:
            text = "an animal is named by a number that it wears"
            return self.turn_away(row, "named_by_id", text, "send the number as animal, without animal_id", "animal")
        if (recording.animal is None) != (kind == RETRACTED):
            text = "an event is of an animal, unless it takes one back"
            return self.turn_away(row, "no_tag", text, "send a number of the animal as animal", "animal")
        found = READER.read(sent if kind == RETRACTED else sent | {"animal_id": UNNAMED}, "recordings", row, "event")
        if isinstance(found, list):
            self.away[row] = found
        else:
            self.sound[row], self.ids[row] = found, found.id
        return None

    async def check_own(self) -> None:
        """Nobody corrects what somebody else has recorded, nor learns that it is there."""
        meant = {row: event.supersedes for row, event in self.sound.items() if event.supersedes is not None}
        assert self.context.user_id is not None
        own = await repository.own(self.session, self.body.farm_id, self.context.user_id, [*meant.values()])
        within = await repository.in_flock(
            self.session, self.body.farm_id, self.body.flock_id, [key for key in own.values() if key]
        )
        sent_here = {event.id for event in self.sound.values() if event.id}
        # what stands in the log is not of this request, whatever id a row of it is sent under
        new = sent_here - await repository.recorded(self.session, self.body.farm_id, [*sent_here])
        for row, key in meant.items():
            if key not in new and own.get(key) not in within:
                fix = "send the id of an event that you recorded in this flock"
                self.turn_away(row, "not_found", f"you have recorded no event {key}", fix, "event.supersedes")

    async def check_others(self) -> None:
        """Animals that an event names beside its own are of the flock, too."""
        named = {row: event.others for row, event in self.sound.items() if row not in self.away}
        ids = {other.animal_id for others in named.values() for other in others}
        within = await repository.in_flock(self.session, self.body.farm_id, self.body.flock_id, [*ids])
        for row, others in named.items():
            for other in others:
                if other.animal_id not in within:
                    text, fix = f"this flock has no animal {other.animal_id}", "leave the row out, or tell the owner"
                    self.turn_away(row, "not_found", text, fix, f"event.{other.field}")

    async def animals(self) -> Mapping[int, UUID]:
        """The animals of the rows, all of them of the flock."""
        asked = {
            row: Asked(recording.animal, recording.scheme, self.sound[row].occurred_on)
            for row, recording in self.rows.items()
            if row in self.sound and row not in self.away and recording.animal is not None
        }
        worn = await wearers(self.session, self.body.farm_id, [*asked.values()])
        found = dict(zip(asked, worn, strict=True))
        ids = {row: meant for row, meant in found.items() if isinstance(meant, UUID)}
        within = await repository.in_flock(self.session, self.body.farm_id, self.body.flock_id, [*ids.values()])
        for row, meant in found.items():
            # in the same words, whether the number is known elsewhere on the farm or nowhere
            if isinstance(meant, Finding) or meant not in within:
                text = f"{asked[row].value[:40]} is not one animal of this flock on that day"
                self.turn_away(row, "unknown_tag", text, "send another number of it, or tell the owner", "animal")
        return ids

    def sent(self, row: int, animals: Mapping[int, UUID]) -> Row:
        """The row as the log takes it."""
        event = self.rows[row].event
        return event | {"animal_id": str(animals[row])} if row in animals else event

    def turn_away(self, row: int, code: str, message: str, fix: str, field: str) -> None:
        """A row that may not be recorded."""
        error = RowError(row=row, field=f"recordings.{row}.{field}", code=code, message=message, fix=fix)
        self.away.setdefault(row, []).append(error)

    def moved(self, item: EventVerdict, row: int) -> EventVerdict:
        """A verdict of the log, as one of the row that was sent: which rule it is about, and nothing of the farm."""
        old, new = f"events.{item.row}.", f"recordings.{row}.event."
        text = "this does not fit what is recorded on the farm"
        fix = "check the day, the number and what you recorded, or ask an owner"

        def renamed(told: list[RowError]) -> list[RowError]:
            return [
                RowError(row=row, field=(one.field or "").replace(old, new, 1), code=one.code, message=text, fix=fix)
                for one in told
            ]

        what = {"row": row, "errors": renamed(item.errors), "warnings": renamed(item.warnings)}
        return item.model_copy(update=what)
