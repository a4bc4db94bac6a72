"""Traits by what a person or a file calls them."""

from bellwether.sheep.traits.dictionary import TRAITS
from bellwether.sheep.traits.trait import Trait

CARCASS = frozenset(code for code, trait in TRAITS.items() if trait.is_of_carcass)
"""What is measured after the animal has left."""


def weights() -> dict[str, Trait]:
    """Body weights by their codes, from birth on."""
    return {code: trait for code, trait in TRAITS.items() if trait.is_weight}


def named(name: str) -> Trait | None:
    """By code or alias, in capitals."""
    return TRAITS.get(name) or next((trait for trait in TRAITS.values() if name in trait.aliases), None)


def find(word: str) -> Trait | None:
    """By code or alias, or a body weight by the letter of its stage."""
    name = word.strip().upper()
    return named(name) or next((trait for trait in weights().values() if trait.stage == name), None)


def find_weight(word: str) -> Trait | None:
    """The same among body weights."""
    found = find(word)
    return found if found is not None and found.is_weight else None
