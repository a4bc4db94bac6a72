"""Who acts, and within which quotas: travels from the token to the transaction, the audit log and the events."""

from dataclasses import dataclass
from uuid import UUID

from bellwether.platform.ids import new_id
from bellwether.platform.quotas import USUAL, Quotas


@dataclass(frozen=True, slots=True)
class Context:
    """The acting user and farms of one request, job step or consumed event.

    `farm_ids` is set only where a service acts on an event or a job of one farm, and behind the one door of people who
    may record on a farm and see nothing of it; never by what a request says. `token_farms`: the only farms for which
    the user's token is, whatever the user may; None where it names none.
    """

    user_id: UUID | None = None
    farm_ids: tuple[UUID, ...] = ()
    request_id: str = ""
    traceparent: str = ""
    quotas: Quotas = USUAL
    token_farms: tuple[UUID, ...] | None = None

    @classmethod
    def system(cls, *farm_ids: UUID, request_id: str = "") -> "Context":
        """The platform itself, acting for these farms."""
        return cls(farm_ids=farm_ids, request_id=request_id or str(new_id()))
