"""What may be wrong with the number of a farm."""

from bellwether.platform.problems import Conflict, Unprocessable


class LocationRejected(Unprocessable):
    """No number of its scheme."""

    code, title = "location_rejected", "This is no number of a farm; see errors"


class LocationExists(Conflict):
    """The farm has it, or the id is taken."""

    code, title = "location_exists", "The farm has this number already"


class TooManyLocations(Conflict):
    """A list that nobody could oversee."""

    code, title = "too_many_locations", "A farm has at most 50 numbers: remove one that is no longer used"


class AmbiguousLocation(Conflict):
    """Several farms of the user have the number."""

    code, title = "ambiguous_location", "Several of your farms have this number: ask by org.bellwether.farm and the id"
