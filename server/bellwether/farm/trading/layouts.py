"""Files that authorities take. The order of their columns is not verified, so each farm may set it."""

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

Format = Literal["nlis_individual", "nlis_mob", "nait_movement"]
Column = Literal[
    "eid", "visual", "from_location", "to_location", "moved_on", "consignment", "head", "stock_class", "species",
    "carrier", "time_on_property", "comments", "empty",
]  # fmt: skip


class Layout(NamedTuple):
    """Columns in their order, whether a line names them, and how many rows one file takes."""

    columns: tuple[Column, ...]
    header: bool
    most_rows: int


USUAL: Mapping[Format, Layout] = {
    "nlis_individual": Layout(("eid", "from_location", "to_location", "consignment", "moved_on"), True, 1_000_000),
    "nlis_mob": Layout(
        (
            "from_location", "to_location", "consignment", "moved_on", "species", "stock_class", "head", "carrier",
            "time_on_property", "comments",
        ),
        True,
        1_000_000,
    ),
    "nait_movement": Layout(("eid", "from_location", "to_location", "moved_on", "consignment"), True, 2_500),
}  # fmt: skip
COMMENTS = 255
SINCE = ((2, "A"), (6, "B"), (12, "C"))


def time_on_property(months: float | None) -> str:
    """A below 2 months, B below 6, C below 12, D from then on; nothing when nobody knows."""
    return "" if months is None else next((letter for most, letter in SINCE if months < most), "D")


def comments(text: str | None) -> str:
    """Letters, digits and blanks, as many as are taken."""
    return "".join(sign for sign in text or "" if sign.isalnum() or sign == " ")[:COMMENTS]


def parts(rows: Sequence[Mapping[str, str]], layout: Layout) -> list[list[list[str]]]:
    """The lines of each file; none is longer than the authority takes."""
    lines = [["" if name == "empty" else row.get(name, "") for name in layout.columns] for row in rows]
    starts = range(0, max(1, len(lines)), layout.most_rows)
    head: list[list[str]] = [[*layout.columns]] if layout.header else []
    return [[*head, *lines[start : start + layout.most_rows]] for start in starts]
