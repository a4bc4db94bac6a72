"""Headings of a submission, by what stands under them: not confirmed at their source, so a wish may name others."""

from collections.abc import Mapping

HEADINGS: Mapping[str, str] = {
    "id": "ID", "sire": "SIRE", "dam": "DAM", "sex": "SEX", "birth_date": "DOB", "birth_type": "BTYPE",
    "rear_type": "RTYPE", "et": "ET", "recipient": "RECIPIENT", "birth_group": "BGROUP",
}  # fmt: skip
DATE, GROUP = "DATE", "GRP"


def heading(name: str, own: Mapping[str, str]) -> str:
    """Of a field or of a trait's value, date or group."""
    return own.get(name) or HEADINGS.get(name) or name
