"""What is wrong with a farm's own values."""

from bellwether.platform.problems import Conflict, NotFound, RowError, Unprocessable


class NoSuchTrait(NotFound):
    """The dictionary does not have it."""

    code, title = "no_such_trait", "There is no such trait: GET /api/v1/genetics/traits lists them"


class PairStandsElsewhere(Conflict):
    """The correlation of two traits stands with the other one already."""

    code, title = "correlation_of_other_trait", "This correlation stands with the other trait: change it there"


class WrongPairs(Unprocessable):
    """A correlation with a trait that is unknown, the same, or named twice."""

    code, title = "wrong_correlations", "Some correlations do not name another trait of the dictionary once"

    def __init__(self, wrong: dict[int, str]) -> None:
        fix = "name each other trait of GET /api/v1/genetics/traits at most once"
        errors = [
            RowError(row=row, field=f"correlations.{row}.trait", code="wrong_trait", message=text, fix=fix)
            for row, text in wrong.items()
        ]
        super().__init__(errors[0].message, errors=errors)
