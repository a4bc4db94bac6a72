"""What may be wrong with the use of an identifier."""

from bellwether.farm.identifiers.models import OtherUse
from bellwether.platform.problems import Conflict, RowError, Unprocessable


class UseExists(Conflict):
    """The id is taken."""

    code, title = "identifier_exists", "There is a use of an identifier with this id: send a new id, or none"


class InUse(Conflict):
    """The number is in use at that time."""

    code, title = "duplicate_identifier", "Another animal of the farm has this identifier at that time"

    def __init__(self, other: OtherUse) -> None:
        until = f" until {other.ended.date()}" if other.ended else ""
        message = f"{other.value} is in use on {other.name}{until}, animal {other.animal_id}"
        fix = "end that use first, or send if_taken=dispute to keep both until somebody has looked"
        if other.reference_only:
            fix = "that one is an ancestor alone: give the identifier in the list of the animal, which unites the two"
        super().__init__(message, errors=[RowError(field="value", code=self.code, message=message, fix=fix)])


class WornAlready(Conflict):
    """The animal has it."""

    code, title = "worn_already", "The animal has this identifier in use already"


class OfficialExists(Conflict):
    """One official number of each scheme."""

    code, title = "official_exists", "The animal has an official identifier of this scheme in use"

    def __init__(self, other: OtherUse) -> None:
        message = f"{other.name} has {other.value} of the same scheme"
        fix = f"send replaces={other.id} if that one was lost or taken off"
        super().__init__(message, errors=[RowError(field="replaces", code=self.code, message=message, fix=fix)])


class NotInUse(Conflict):
    """What has ended does not end again."""

    code, title = "not_in_use", "This use has ended already"


class NotDisputed(Conflict):
    """There is nothing to settle."""

    code, title = "not_disputed", "This use is not disputed"


class UseRejected(Unprocessable):
    """The identifier or its days break a rule."""

    code, title = "identifier_rejected", "The identifier breaks a rule"
