"""What stops an agreement."""

from uuid import UUID

from bellwether.platform.problems import Conflict, NotAllowed, NotFound, RowError


class NoSuchAgreement(NotFound):
    """The agreement is unknown, or none of the caller's farms was ever asked into it."""

    code, title = "no_such_agreement", "There is no such agreement, or none of your farms was asked into it"


class OwnersOnly(NotAllowed):
    """Somebody else than an owner wants to decide."""

    code, title = "owners_only", "Only an owner of the farm may decide this"


class OtherStep(Conflict):
    """The farm has gone on since the caller looked."""

    code, title = "other_step", "The farm has taken another step in the agreement than the one that you name"

    def __init__(self, farm_id: UUID, newest: int) -> None:
        message = f"the newest step of farm {farm_id} is {newest}"
        fix = "Look at the agreement again, then name that step in based_on"
        super().__init__(message, errors=[RowError(field="based_on", code=self.code, message=message, fix=fix)])


class NotNow(Conflict):
    """The farm is not where this step could follow."""

    code, title = "step_cannot_follow", "This cannot follow what the farm did last in the agreement"

    def __init__(self, kind: str, before: str | None) -> None:
        message = f"the farm is {before or 'not asked'}, which nothing follows that is called {kind}"
        fix = "Ask a farm that is not in; accept or decline where you are asked; leave where you are in"
        super().__init__(message, errors=[RowError(field="kind", code=self.code, message=message, fix=fix)])
