"""What is wrong with planned matings."""

from collections.abc import Mapping
from uuid import UUID

from bellwether.platform.problems import NotFound, RowError, Unprocessable


class WrongSex(Unprocessable):
    """A ewe among the rams, or a ram among the ewes."""

    code, title = "wrong_sex", "Some animals cannot be parents of this kind"

    def __init__(self, wrong: Mapping[str, str]) -> None:
        fix = "name males as rams and females as ewes, or correct the sex of the animal"
        errors = [RowError(field=field, code=self.code, message=text, fix=fix) for field, text in wrong.items()]
        super().__init__(errors[0].message, errors=errors)


class WithoutValue(Unprocessable):
    """An animal has no breeding value in the run."""

    code, title = "without_breeding_value", "Some animals have no breeding value in the run"

    def __init__(self, animals: Mapping[str, UUID]) -> None:
        fix = "leave them out, or evaluate the flock again"
        errors = [
            RowError(field=field, code=self.code, message=f"{animal} has no breeding value in the run", fix=fix)
            for field, animal in animals.items()
        ]
        super().__init__(errors[0].message, errors=errors)


class IndexOrTrait(Unprocessable):
    """Exactly one of the two names what is to be improved."""

    code, title = "index_or_trait", "Give either index_id or trait"


class NoEwes(NotFound):
    """The flock has no ewes with breeding values."""

    code, title = "no_ewes", "The flock has no ewes of its own with a breeding value in the run"


class NoPlan(Unprocessable):
    """What is asked for cannot be had together."""

    code, title = "no_plan", "No plan keeps all these limits"

    def __init__(self, message: str, fix: str, animals: Mapping[str, UUID] | None = None) -> None:
        rows: Mapping[str, UUID | None] = animals or {"limits": None}
        errors = [
            RowError(field=field, code=self.code, message=message if key is None else f"{message} ({key})", fix=fix)
            for field, key in rows.items()
        ]
        super().__init__(message, errors=errors)


class VariancesUnknown(Unprocessable):
    """The run does not tell the genetic variance, without which values have no error."""

    code, title = "variances_unknown", "The run tells no genetic variances and reliabilities to be cautious with"
