"""What may be wrong with a group."""

from collections.abc import Sequence
from datetime import date

from bellwether.platform.problems import Conflict, RowError
from bellwether.sheep.withdrawals import NEVER


class GroupExists(Conflict):
    """The id or the name is taken."""

    code, title = "group_exists", "The farm has a group of this name, or the id is taken: send another one"


class MembersWithheld(Conflict):
    """A list would be one for sale, and animals of it may not be sold."""

    code, title = "withheld", "Animals of the list are withheld from sale: take them out of it first"
    MOST = 20

    def __init__(self, held: Sequence[tuple[str, date]]) -> None:
        errors = [
            RowError(
                field="purpose",
                code="withheld",
                message=f"{name} is withheld {'for nobody knows how long' if until == NEVER else f'until {until}'}",
                fix="take it out of the list, or wait; with a reason it is put into a list for sale one by one",
            )
            for name, until in held[: self.MOST]
        ]
        more = " and others" if len(held) > self.MOST else ""
        super().__init__(f"{', '.join(name for name, _ in held[: self.MOST])}{more} may not be sold yet", errors=errors)
