"""Hybrid logical clocks: which of two edits that had not seen each other is the later one."""

from datetime import datetime, timedelta
from uuid import UUID

AHEAD = timedelta(hours=24)
"""A clock further ahead than this is none."""


def at(moment: datetime) -> str:
    """The clock of the server."""
    return f"{int(moment.timestamp() * 1000):013d}-0000"


def is_ahead(clock: str, now: datetime) -> bool:
    """Whether it cannot be right."""
    return clock > at(now + AHEAD)


def order(clock: str, device_id: UUID | None) -> tuple[str, str]:
    """By time, then by device, so that two servers would decide alike."""
    return clock, str(device_id or "")
