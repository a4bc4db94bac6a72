"""What may be wrong with a snapshot."""

from bellwether.platform.problems import NotFound, RowError, Unprocessable


class NoSuchSnapshot(NotFound):
    """Absent, or of a project of others."""

    code, title = "snapshot_not_found", "There is no such snapshot, or you are not a member of its project"


class TooManyRows(Unprocessable):
    """More than one snapshot holds."""

    code, title = "too_many_rows", "The snapshot would be too large"

    def __init__(self, most: int) -> None:
        message, fix = f"there are more than {most} measurements", "ask for fewer traits or fewer days"
        super().__init__(message, errors=[RowError(field="traits", code=self.code, message=message, fix=fix)])


class DaysReversed(Unprocessable):
    """The days are the wrong way round."""

    code, title = "ends_before_start", "The last day is before the first one"

    def __init__(self) -> None:
        fix = "send a last_on that is not before first_on"
        super().__init__(errors=[RowError(field="last_on", code=self.code, message=self.title, fix=fix)])
