"""What may be wrong with values of others."""

from collections.abc import Sequence

from bellwether.platform.problems import RowError, Unprocessable


class ValuesRejected(Unprocessable):
    """Some of the values are of no animal, or stand twice."""

    code, title = "imported_values_rejected", "Some breeding values of others were not taken, so none was"

    def __init__(self, errors: Sequence[RowError]) -> None:
        super().__init__(errors[0].message, errors=errors)
