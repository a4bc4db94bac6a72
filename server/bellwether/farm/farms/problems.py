"""What may be wrong with a farm."""

from bellwether.platform.problems import Conflict, RowError, Unprocessable


class FarmExists(Conflict):
    """A farm with this id exists, perhaps somebody else's."""

    code, title = "farm_exists", "A farm with this id exists: send a new id, or none"


class LastOwner(Conflict):
    """Nobody would be left to grant access."""

    code, title = "last_owner", "A farm keeps at least one owner: make somebody else an owner first"


class EndRejected(Unprocessable):
    """An owner stays, and nobody is let in until yesterday."""

    code, title = "end_rejected", "A membership cannot end then"

    def __init__(self, message: str, fix: str) -> None:
        super().__init__(message, errors=[RowError(field="ends_at", code=self.code, message=message, fix=fix)])
