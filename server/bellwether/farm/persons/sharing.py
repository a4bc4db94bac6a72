"""What persons let research see of all that they have consented to for farms: the newest version stands."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Database, Session
from bellwether.platform.events.facts import Consumer, Event, Hopeless
from bellwether.platform.settings import PlatformSettings
from bellwether.platform.worker.persons import EVERY_S, STREAM, forgetting, standing
from bellwether.platform.worker.timers import Timer

CHANGED = "users.consent.changed.v1"
SET = text("select farm.set_sharing(:person, :version, :withdrawn)")
ERASE = text("select farm.withdraw_invitations_of(:person), farm.erase_person(:person)")


async def erase(session: Session, person: UUID) -> None:
    """End memberships, and forget what the person alone used; what they recorded is the farm's."""
    await session.execute(ERASE, {"person": person})


forget = forgetting("farm", (), erase)


async def take_change(session: Session, event: Event) -> None:
    """A newer version than the one that stands.

    Raises:
        Hopeless: the fact breaks its contract.
    """
    try:
        values = values_of(event.data)
    except (KeyError, ValueError, TypeError) as error:
        raise Hopeless(f"{event.type} breaks its contract: {error!r}") from error
    await session.execute(SET, values)


def values_of(told: Mapping[str, object]) -> dict[str, object]:
    """Person, version and scopes as the database takes them.

    Raises:
        KeyError, ValueError, TypeError
    """
    withdrawn = told["withdrawn"]
    if not isinstance(withdrawn, list):
        raise TypeError("withdrawn is no list")
    return {
        "person": UUID(str(told["user_id"])),
        "version": int(str(told["version"])),
        "withdrawn": [str(scope) for scope in withdrawn],
    }


CONSUMER = Consumer(service="farm", name="farm-sharing", stream=STREAM, types=(CHANGED,), handle=take_change)


def timer(settings: PlatformSettings) -> Timer:
    """Looks up what stands at the profiles service."""

    async def compare(database: Database, _now: datetime) -> None:
        async for found in standing(settings, "consents"):
            async with database.transaction(Context.system()) as session:
                await session.execute(SET, values_of(found))

    return Timer(service="farm", name="farm-sharing", every_s=EVERY_S, run=compare)
