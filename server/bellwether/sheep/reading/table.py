"""The lines of a long text as columns: the cells of a line are cut when it is asked for, those of a column all at once.

Only lines without control characters are in columns, and of those with quotes the ones whose quotes stand around whole
cells that have neither quotes nor delimiters; what stands there is what cutting each line would give.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, overload

if TYPE_CHECKING:
    import polars as pl

LONG = 2000
"""From as many lines on."""
MOST_CELLS = 20_000_000
ODD = r"[\x1c-\x1f]"
QUOTE = '"'
DIGITS = r"^[0-9]+$"
NUMBER = "number"


def quoted_whole(delimiter: str) -> str:
    """What a line is whose quoted cells are quoted as a whole, and would be cut alike without their quotes."""
    mark = re.escape(delimiter)
    cell = f'(?: *"[^"{mark}]*"|[^"{mark}]*)'
    return f"^{cell}(?:{mark}{cell})*$"


class Rows(Sequence[list[str]]):
    """The cells of each line, cut when they are asked for."""

    def __init__(self, lines: Sequence[str], cut: Callable[[str], list[str]]) -> None:
        self._lines, self._cut = lines, cut

    @overload
    def __getitem__(self, index: int) -> list[str]: ...
    @overload
    def __getitem__(self, index: slice) -> Rows: ...
    def __getitem__(self, index: int | slice) -> list[str] | Rows:
        found = self._lines[index]
        return self._cut(found) if isinstance(found, str) else Rows(found, self._cut)

    def __iter__(self) -> Iterator[list[str]]:
        return map(self._cut, self._lines)

    def __len__(self) -> int:
        return len(self._lines)


class Table:
    """The lines that are as wide as the header and in which nothing is unusual, as columns; `others` are all others."""

    def __init__(self, lines: Sequence[str], delimiter: str, *, are_trimmed: bool = False) -> None:
        # loaded with the first long file: it costs every start of a service a tenth of a second
        import polars as pl

        text, line = pl.Series("line", lines, dtype=pl.String), pl.col("line")
        simple = text.to_frame().with_row_index(NUMBER, offset=1).filter(~line.str.contains(ODD))
        if simple.select(line.str.contains(QUOTE, literal=True).any()).item():
            simple = simple.filter(line.str.contains(quoted_whole(delimiter)))
            simple = simple.with_columns(line.str.replace_all(QUOTE, "", literal=True))
        n_cells = pl.col("line").str.count_matches(delimiter, literal=True) + 1
        self._simple, self._delimiter = simple.with_columns(n_cells.alias("width")), delimiter
        self._are_trimmed = are_trimmed
        self.frame: pl.DataFrame = simple.select(NUMBER).clear()
        self.others: Sequence[int] = range(1, len(lines) + 1)

    def settle(self, width: int, body: range, head: str, is_footer: Callable[[str], bool]) -> Sequence[int]:
        """Cuts the lines of a width; the numbers of those of the body that have to be looked at one by one."""
        import polars as pl

        self.frame, self.others = self.frame.clear(), body
        found = self._of_width(width, body)
        if len(found) * width > MOST_CELLS:
            return body
        cut = pl.col("line").str.split_exact(self._delimiter, width - 1)
        names = [str(place) for place in range(width)]
        cells = found.select(NUMBER, cut.struct.rename_fields(names).alias("cells")).unnest("cells")
        if not self._are_trimmed:
            cells = cells.with_columns(pl.col(names).str.strip_chars())
        first, second = pl.col("0"), pl.col(names[:2][-1])
        is_number = cells.select(first.str.contains(DIGITS))["0"]
        words = cells.filter(~is_number).select(first.filter(first != "").unique())["0"]
        footers = pl.Series([text for text in words if is_footer(text)], dtype=pl.String)
        is_named = (first != "") & (second != "") & ~first.is_in(footers.implode())
        self.frame = cells.filter(is_number | is_named, first != head)
        if len(self.frame) < len(body):
            usual = set(self.numbers())
            self.others = [number for number in body if number not in usual]
        else:
            self.others = ()
        return self.others

    def has_row(self, width: int, body: range) -> bool:
        """Whether a line of that width has something in more than one cell; looks at no more than a thousand."""
        some = self._of_width(width, body).head(1000)["line"]
        return any(sum(bool(cell.strip()) for cell in line.split(self._delimiter)) > 1 for line in some)

    def numbers(self) -> list[int]:
        """Of the lines in the columns."""
        return self.frame[NUMBER].to_list()

    def column(self, place: int) -> list[str]:
        """The cells of one column."""
        return self.frame[str(place)].to_list() if len(self.frame) else []

    def firsts(self, place: int) -> dict[str, int]:
        """Each text of a column with the number of the first line that has it."""
        if not len(self.frame):
            return {}
        found = self.frame.select(str(place), NUMBER).unique(str(place), keep="first", maintain_order=True)
        return dict(found.iter_rows())

    def _of_width(self, width: int, body: range) -> pl.DataFrame:
        import polars as pl

        number = pl.col(NUMBER)
        return self._simple.filter(pl.col("width") == width, number >= body.start, number < body.stop)
