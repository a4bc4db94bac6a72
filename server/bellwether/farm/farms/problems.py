"""What may be wrong with a farm."""

from bellwether.platform.problems import Conflict


class FarmExists(Conflict):
    """A farm with this id exists, perhaps somebody else's."""

    code, title = "farm_exists", "A farm with this id exists: send a new id, or none"


class LastOwner(Conflict):
    """Nobody would be left to grant access."""

    code, title = "last_owner", "A farm keeps at least one owner: make somebody else an owner first"
