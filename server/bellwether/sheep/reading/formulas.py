"""Texts that a spreadsheet would take for a formula: kept from that when written, and as they were when read again."""

import re

#: after white space too, and by the wide signs of East Asia
START = re.compile(r"'*\s*[=+\-@＝＋－＠]")


def shielded(text: str) -> str:
    """With an apostrophe before it where a spreadsheet would compute it, or where it looks like one that has that."""
    return f"'{text}" if START.match(text) else text


def bare(text: str) -> str:
    """Without that apostrophe."""
    return text[1:] if text[:1] == "'" and START.match(text) else text
