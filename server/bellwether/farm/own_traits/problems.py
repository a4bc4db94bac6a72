"""What may be wrong with a farm's own trait."""

from collections.abc import Sequence

from bellwether.platform.problems import Conflict, RowError, Unprocessable


class TraitExists(Conflict):
    """The id, the code or the name is taken."""

    code, title = "trait_exists", "The farm has a trait of this code or name, or the id is taken: send another one"


class TraitHasRecords(Conflict):
    """What was recorded keeps its trait."""

    code, title = "trait_has_records", "The trait has records or stands in a template: end it by valid_to instead"


class TraitRejected(Unprocessable):
    """A definition contradicts itself, the dictionary, or what was recorded."""

    code, title = "trait_rejected", "The trait cannot be defined so"

    def __init__(self, errors: Sequence[RowError]) -> None:
        super().__init__(errors[0].message, errors=list(errors))
