"""Which of several claims about one parent stands."""

from collections.abc import Collection, Hashable, Sequence
from typing import NamedTuple

from bellwether.sheep.pedigree import STRENGTH, Method


class Evidence(NamedTuple):
    """One claim; `probability` is 1 for a claim that names its parent without a doubt."""

    id: Hashable
    parent_id: Hashable
    method: Method
    probability: float
    is_accepted: bool


def standing(claims: Sequence[Evidence], excluded: Collection[Hashable] = ()) -> Evidence | None:
    """The claim of the strongest method, then of the highest probability; that of an excluded parent never stands.

    Of several parents that are alike in both the accepted one stays; without one nothing stands, and a person decides.
    """
    able = [claim for claim in claims if claim.parent_id not in excluded]
    if not able:
        return None
    best = max((STRENGTH[claim.method], claim.probability) for claim in able)
    first = [claim for claim in able if (STRENGTH[claim.method], claim.probability) == best]
    accepted = [claim for claim in first if claim.is_accepted]
    if accepted:
        return accepted[0]
    return first[0] if len({claim.parent_id for claim in first}) == 1 else None
