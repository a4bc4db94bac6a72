"""Unknown parents of a flock in groups or metafounders, by the role of the parent and the year of the offspring.

A group's name says whom it holds: `unknown`, `unknown_sire`, `unknown_dam`, each alone or followed by a year, as in
`unknown_2018` or `unknown_sire_2018`: the unknown parents of animals born in that year and after, up to the next year
that is named.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bellwether_engine import ModelError

NAME = re.compile(r"^unknown(?:_(?P<role>sire|dam))?(?:_(?P<year>\d{4}))?$")


@dataclass(frozen=True, slots=True)
class Rule:
    """Whom a group holds; year 0 is before every other."""

    name: str
    role: str | None
    year: int


def rules_of(names: Sequence[str]) -> tuple[Rule, ...]:
    """The rules that the names of groups say.

    Raises
    ------
    ModelError
        ``group_name`` for a name that says none.
    """
    found = []
    for name in names:
        said = NAME.match(name)
        if said is None:
            fix = "Name groups unknown, unknown_sire or unknown_dam, with a year where needed: unknown_sire_2018"
            raise ModelError("group_name", f"{name} does not say whose parents it holds", place="groups", fix=fix)
        found.append(Rule(name, said["role"], int(said["year"] or 0)))
    return tuple(sorted(found, key=lambda rule: rule.year))


def group_of(rules: Sequence[Rule], role: str, drop_year: int | None) -> str:
    """The group of an unknown parent; empty where no rule is for its role.

    A group of the very role goes before one of both. The earliest group holds what is before it, and animals whose year
    is not known.
    """
    fitting = [rule for rule in rules if rule.role == role] or [rule for rule in rules if rule.role is None]
    before = [rule for rule in fitting if rule.year <= (drop_year or 0)]
    return next((rule.name for rule in (*before[::-1], *fitting)), "")
