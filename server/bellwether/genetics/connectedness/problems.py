"""Why there is no connectedness."""

from collections.abc import Sequence

from bellwether.modelling.findings import Finding
from bellwether.platform.problems import Conflict, RowError, Unprocessable


class NotComparable(Unprocessable):
    """There is no such measure for this run and these units."""

    code, title = "not_comparable", "There is no such measure for this run and these units"

    def __init__(self, findings: Sequence[Finding]) -> None:
        errors = [
            RowError(field=each.field or "run_id", code=each.code, message=each.message, fix=each.fix or "")
            for each in findings
        ]
        super().__init__(errors[0].message, errors=errors)


class TablesLost(Conflict):
    """The run has not kept its pedigree, records and model."""

    code, title = "tables_not_kept", "The evaluation has not kept the tables that it was made of: evaluate anew"
