"""Times of day as heads, readers and people write them."""

import re
from datetime import time

TIME = re.compile(
    r"([0-9]{1,2})(?:\s?[:.hH-]\s?([0-9]{2})(?:\s?[:.m-]\s?([0-9]{2})(?:[.,][0-9]+)?s?)?|\s?[hH])?"
    r"\s*(?:([aApP])\.?\s?[mM]\.?|[Uu]hr|[hH])?"
)
MARKED = re.compile(r"[:.hH-]|[aApP]\.?\s?[mM]|[Uu]hr")


def parse_time(text: str) -> time | None:
    """A time of day; None when the text is none: 14:05, 14:05:30, 14h05, 14.05, 2:05 PM, 14:05 Uhr."""
    text = text.strip()
    match = TIME.fullmatch(text)
    if match is None or not MARKED.search(text):
        return None
    hour, half = int(match[1]), (match[4] or "").lower()
    if half and (hour == 0 or (hour > 12 and half == "a")):
        return None
    if half == "p" and hour < 12:
        hour += 12
    elif half == "a" and hour == 12:
        hour = 0
    try:
        return time(hour, int(match[2] or 0), int(match[3] or 0))
    except ValueError:
        return None
