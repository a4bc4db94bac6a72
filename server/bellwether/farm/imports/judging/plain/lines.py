"""Lines of a long file in which nothing is wrong, by what each of their parts says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

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
    facts: dict[object, NDArray[Any]] = field(default_factory=dict, compare=False)
    """A number for each value of a part, made once for the whole file."""

    def __len__(self) -> int:
        return len(self.numbers)

    def between(self, start: int, stop: int) -> PlainLines:
        """Those with numbers from `start` to before `stop`."""
        first, last = self.numbers.searchsorted([start, stop])
        codes = {name: found[first:last] for name, found in self.codes.items()}
        return PlainLines(self.numbers[first:last], codes, self.values, self.facts)

    def where(self, is_kept: NDArray[np.bool_]) -> PlainLines:
        """Some of them."""
        codes = {name: found[is_kept] for name, found in self.codes.items()}
        return PlainLines(self.numbers[is_kept], codes, self.values, self.facts)

    def each(self) -> Iterator[tuple[int, tuple[object, ...]]]:
        """Line by line: its number and the values of its parts."""
        columns = [[self.values[name][code] for code in codes.tolist()] for name, codes in self.codes.items()]
        return zip(self.numbers.tolist(), zip(*columns, strict=True), strict=True)

    def fact(self, part: str, name: str, make: Callable[[Any], float]) -> NDArray[np.float64]:
        """What `make` says of a part of each line; `name` tells one such question from the others."""
        import numpy as np

        found = self.facts.get((part, name))
        if found is None:
            made = [0.0 if value is None else make(value) for value in self.values[part]]
            found = self.facts[part, name] = np.array(made, np.float64)
        return found[self.codes[part]]
