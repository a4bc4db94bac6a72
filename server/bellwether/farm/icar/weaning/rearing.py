"""Who reared lambs until a day."""

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from bellwether.farm.icar import repository
from bellwether.farm.icar.models import ParentRow
from bellwether.farm.season import repository as season
from bellwether.farm.season.exposure import reared_by, rearings
from bellwether.platform.database.transactions import Session

DAMS = ("rearing_dam", "et_recipient_dam", "dam")
"""Who rears a lamb of which nobody says more, the first that it has."""


async def rearing_dams(
    session: Session, farm_id: UUID, weaned: Sequence[tuple[UUID, date]]
) -> dict[tuple[UUID, date], UUID]:
    """The ewe who reared each lamb on a day; none where it was reared by hand, or nobody knows.

    The log says it; of a lamb that it never saw born, its accepted parents do.
    """
    lambs = list({lamb for lamb, _ in weaned})
    history = await season.load(session, farm_id, lambs)
    found: dict[tuple[UUID, date], UUID | None] = {(lamb, on): reared_by(history, lamb, on) for lamb, on in weaned}
    silent = [key for key, dam in found.items() if dam is None and not rearings(history, key[0])]
    claims = await repository.parents(session, farm_id, [lamb for lamb, _ in silent])
    return {key: dam for key, dam in (found | {key: by_claim(key[0], claims) for key in silent}).items() if dam}


def by_claim(lamb: UUID, claims: Iterable[ParentRow]) -> UUID | None:
    """The first of its dams who would rear it."""
    dams = {claim.parent_type: claim.parent_id for claim in claims if claim.child_id == lamb}
    return next((dams[role] for role in DAMS if role in dams), None)
