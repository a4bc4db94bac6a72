"""Lines of a long file in which nothing is wrong, by what each of their parts says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Places = NDArray[np.int64]


@dataclass(frozen=True)
class PlainLines:
    """Lines without fault or warning, in order: their numbers, and for each part which of its `values` they have."""

    numbers: Places
    codes: dict[str, Places]
    values: dict[str, Sequence[object]]

    def __len__(self) -> int:
        return len(self.numbers)

    def between(self, start: int, stop: int) -> PlainLines:
        """Those with numbers from `start` to before `stop`."""
        first, last = self.numbers.searchsorted([start, stop])
        codes = {name: found[first:last] for name, found in self.codes.items()}
        return PlainLines(self.numbers[first:last], codes, self.values)

    def where(self, is_kept: NDArray[np.bool_]) -> PlainLines:
        """Some of them."""
        codes = {name: found[is_kept] for name, found in self.codes.items()}
        return PlainLines(self.numbers[is_kept], codes, self.values)

    def each(self) -> Iterator[tuple[int, tuple[object, ...]]]:
        """Line by line: its number and the values of its parts."""
        columns = [[self.values[name][code] for code in codes.tolist()] for name, codes in self.codes.items()]
        return zip(self.numbers.tolist(), zip(*columns, strict=True), strict=True)
