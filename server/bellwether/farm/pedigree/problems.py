"""What may be wrong with a syndicate."""

from collections.abc import Sequence

from bellwether.platform.problems import Conflict, RowError, Unprocessable


class SyndicateExists(Conflict):
    """The id or the code is taken."""

    code, title = "syndicate_exists", "The farm has a syndicate with this code, or the id is taken"


class SyndicateRejected(Unprocessable):
    """Some of the rams, or some of the animals, break a rule."""

    code, title = "syndicate_rejected", "The syndicate breaks a rule, so nothing was stored"

    def __init__(self, errors: Sequence[RowError]) -> None:
        super().__init__(errors[0].message, errors=errors)
