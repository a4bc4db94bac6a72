"""Why there are no weights."""

from collections.abc import Sequence

from bellwether.platform.problems import RowError, Unprocessable


class WrongWishes(Unprocessable):
    """What is said of some trait does not belong to the method, or a trait is named twice."""

    code, title = "wrong_wishes", "What is said of some traits does not fit the method"

    def __init__(self, wrong: Sequence[tuple[int, str, str]]) -> None:
        fix = "economic: value for each trait; restricted: value or is_unchanged; desired_gains: gain for each trait"
        errors = [
            RowError(row=row, field=f"traits.{row}.{field}", code=self.code, message=text, fix=fix)
            for row, field, text in wrong
        ]
        super().__init__(errors[0].message, errors=errors)


class NoVariances(Unprocessable):
    """The run does not say how traits go together, or how reliable its values are."""

    code, title = "no_variances", "The run does not tell what weights are computed from"

    def __init__(self, message: str, fix: str) -> None:
        super().__init__(message, errors=[RowError(field="run_id", code=self.code, message=message, fix=fix)])


class NoSuchWeights(Unprocessable):
    """No index does what is wanted."""

    code, title = "no_such_weights", "No index does what is wanted"

    def __init__(self, message: str, fix: str) -> None:
        super().__init__(message, errors=[RowError(field="traits", code=self.code, message=message, fix=fix)])
