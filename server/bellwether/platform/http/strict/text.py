"""Text is text: no control characters, which no keyboard writes and no table keeps."""

import re

from bellwether.platform.problems import RowError

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
#: escapes of JSON that stand for such a character; one in a thousand bodies has any
ESCAPED_CONTROL = re.compile(rb"\\(u00[01789]|u[dD][89a-fA-F]|b|f)|\x7f|\xc2[\x80-\x9f]")


def harmless(name: str) -> str:
    """A name that a stranger made up, as it may stand in an answer."""
    return CONTROL.sub("?", name)[:100]


def not_text(name: str) -> RowError:
    """A character that no field may have."""
    message = f"{name} has a control character, or half of a surrogate pair, which is no character"
    return RowError(field=name, code="control_character", message=message, fix="Send text without it")


def control_in(value: object, place: str, *, lists: bool = True) -> str | None:
    """Where a control character stands, within lists unless they are left out; None when nowhere."""
    if isinstance(value, str):
        return place if CONTROL.search(value) else None
    if isinstance(value, dict):
        inside = [(name, item) for name, item in value.items()]
        if any(CONTROL.search(name) for name in value):
            return place
    else:
        inside = [(str(at), item) for at, item in enumerate(value)] if isinstance(value, list) and lists else []
    for name, item in inside:
        if (found := control_in(item, f"{place}.{name}".lstrip("."), lists=lists)) is not None:
            return found
    return None
