"""What is wrong with tables that are to be evaluated."""

from collections.abc import Sequence

from bellwether.platform.problems import Conflict, RowError, Unprocessable


class WrongTables(Unprocessable):
    """The model or the genotypes cannot be used: known before the job starts."""

    code, title = "wrong_tables", "These tables cannot be evaluated"

    def __init__(self, errors: Sequence[RowError]) -> None:
        super().__init__(errors[0].message, errors=errors)


class NothingKept(Conflict):
    """The run has not kept all that it was made of."""

    code, title = "inputs_not_kept", "This evaluation has not kept all of its inputs, so it cannot be repeated"
