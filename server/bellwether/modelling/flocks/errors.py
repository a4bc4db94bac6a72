"""Why a flock cannot be evaluated, trait by trait."""

from collections.abc import Mapping


class CannotEvaluate(Exception):
    """Base: `about` gives what is wrong with each trait, `code` what all of it has in common."""

    code = "nothing_to_evaluate"

    def __init__(self, message: str, about: Mapping[str, str] | None = None, fix: str = "") -> None:
        super().__init__(message)
        self.about = dict(about or {})
        self.fix = fix


class TraitWithoutRecords(CannotEvaluate):
    """A trait was asked for that nothing usable has been recorded for."""

    code = "no_records"


class TraitWithoutVariance(CannotEvaluate):
    """A trait's records are all alike, or nothing is known of its variances."""

    code = "no_variance"


class NothingToEvaluate(CannotEvaluate):
    """No trait of the flock has enough records."""
