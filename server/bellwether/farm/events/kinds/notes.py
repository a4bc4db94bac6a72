"""What somebody saw and wrote down, and what turned out not to have happened."""

from typing import Literal
from uuid import UUID

from bellwether.farm.events.envelope import AnimalEvent, NewEvent, Payload
from bellwether.farm.schemas import Note


class Text(Payload):
    """A note; a later one stands beside it."""

    text: Note


class Diagnosis(Payload):
    """What an animal has."""

    finding: Note
    severity: Literal["mild", "moderate", "severe"] | None = None


class Reason(Payload):
    """Why an event is taken back."""

    reason: Note | None = None


class Noted(AnimalEvent):
    """A note about an animal."""

    kind: Literal["note.added"]
    payload: Text


class Diagnosed(AnimalEvent):
    """Somebody found out what an animal has."""

    needs_presence = True
    kind: Literal["diagnosis.recorded"]
    payload: Diagnosis


class Retracted(NewEvent):
    """The event that this one supersedes did not happen."""

    kind: Literal["event.retracted"]
    supersedes: UUID
    payload: Reason


EVENTS = (Noted, Diagnosed, Retracted)
