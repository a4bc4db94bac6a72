"""What may be wrong with stated values."""

from bellwether.platform.problems import RowError, Unprocessable


class ValuesRejected(Unprocessable):
    """A class that the farm does not have, or one that stands twice for a day."""

    code, title = "values_rejected", "Some values are of no class of the farm, or of the same class and day"

    def __init__(self, errors: list[RowError]) -> None:
        super().__init__(errors[0].message, errors=errors)
