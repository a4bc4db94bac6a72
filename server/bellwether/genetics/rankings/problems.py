"""What is wrong with a ranking."""

from collections.abc import Sequence

from bellwether.platform.problems import RowError, Unprocessable


class TraitsNotInRun(Unprocessable):
    """The index weighs traits that the run has not."""

    code, title = "traits_not_in_run", "The run has no breeding values of some of the traits"

    def __init__(self, missing: Sequence[str], there: Sequence[str], field: str = "index_id") -> None:
        message = f"the run has no breeding values of {', '.join(missing)}; it has {', '.join(there)}"
        fix = "evaluate the flock for these traits too, or name traits of the run"
        super().__init__(message, errors=[RowError(field=field, code=self.code, message=message, fix=fix)])


class OtherFarm(Unprocessable):
    """The index is that of another farm than the run."""

    code, title = "index_of_other_farm", "Index and run belong to different farms"

    def __init__(self) -> None:
        fix = "use an index of the farm of the flock"
        super().__init__(self.title, errors=[RowError(field="index_id", code=self.code, message=self.title, fix=fix)])
