"""Parents whom genotypes have found: proposed claims, which stand as soon as somebody accepts them."""

from collections.abc import Iterator
from uuid import UUID

from bellwether.farm.access import one_writer
from bellwether.farm.pedigree import repository
from bellwether.platform.database.transactions import Session
from bellwether.platform.events.facts import Consumer, Event, Hopeless
from bellwether.platform.json import JsonValue

PROPOSED = "genetics.parentage.proposed.v1"
ROLES = ("sire", "dam")


async def take_proposals(session: Session, event: Event) -> None:
    """A claim by DNA for each parent; what is claimed already, or cannot be, is left out.

    Raises:
        Hopeless: the fact breaks its contract.
    """
    try:
        farm_id, claims = UUID(str(event.data["farm_id"])), list(claims_of(event.data["claims"]))
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise Hopeless(f"{event.type} without farm_id and claims: {error!r}") from error
    if farm_id != event.farm_id:
        raise Hopeless(f"{event.type} speaks of farm {farm_id} in an envelope of farm {event.farm_id}")
    await one_writer(session, farm_id)
    await repository.propose_by_dna(session, farm_id, claims, event.actor)


def claims_of(told: JsonValue) -> Iterator[tuple[UUID, UUID, str]]:
    """Child, parent and role of each claim.

    Raises:
        KeyError, ValueError, TypeError
    """
    if not isinstance(told, list):
        raise TypeError("claims is no list")
    for each in told:
        if not isinstance(each, dict) or each["parent_type"] not in ROLES:
            raise ValueError(f"no claim: {each!r}")
        yield UUID(str(each["child_id"])), UUID(str(each["parent_id"])), str(each["parent_type"])


CONSUMER = Consumer(service="farm", name="farm-parentage", stream="GENETICS", types=(PROPOSED,), handle=take_proposals)
