"""The traits that a farm can record: those of the dictionary, and its own beside them."""

from collections.abc import Iterable, Iterator, Mapping

from bellwether.sheep.traits.dictionary import TRAITS
from bellwether.sheep.traits.search import find, named
from bellwether.sheep.traits.trait import Trait

OWN = "X"
"""What the code of a farm's own trait begins with, and none of the dictionary: so the two never meet."""


class Known(Mapping[str, Trait]):
    """Traits by their codes."""

    def __init__(self, own: Iterable[Trait] = ()) -> None:
        self.own = {trait.code: trait for trait in own}

    def __getitem__(self, code: str) -> Trait:
        found = TRAITS.get(code)
        return self.own[code] if found is None else found

    def __iter__(self) -> Iterator[str]:
        yield from TRAITS
        yield from self.own

    def __len__(self) -> int:
        return len(TRAITS) + len(self.own)

    def named(self, name: str) -> Trait | None:
        """By code or alias, in capitals."""
        return self.own.get(name) or named(name)

    def find(self, word: str) -> Trait | None:
        """The same, or a body weight by the letter of its stage."""
        return self.own.get(word.strip().upper()) or find(word)


DICTIONARY = Known()


def is_own(code: str) -> bool:
    """Whether a code is that of some farm's own trait."""
    return code.startswith(OWN)
