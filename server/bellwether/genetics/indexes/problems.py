"""What is wrong with an index."""

from bellwether.platform.problems import NotFound, RowError, Unprocessable


class NoSuchIndex(NotFound):
    """The index is unknown, or another farm's."""

    code, title = "no_such_index", "There is no such index, or it is not yours to see"


class WrongWeights(Unprocessable):
    """A weight of a trait that is unknown or named twice, or of nothing."""

    code, title = "wrong_weights", "Some weights do not name a trait of the dictionary once"

    def __init__(self, wrong: dict[int, str]) -> None:
        fix = "name each trait of GET /api/v1/genetics/traits at most once"
        errors = [
            RowError(row=row, field=f"weights.{row}.trait", code="wrong_trait", message=text, fix=fix)
            for row, text in wrong.items()
        ]
        super().__init__(errors[0].message, errors=errors)
