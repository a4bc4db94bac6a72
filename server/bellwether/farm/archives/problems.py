"""Why an archive is not taken."""

from bellwether.platform.problems import Conflict, RowError, Unprocessable


class ArchiveBroken(Unprocessable):
    """It is not an archive, not whole, or was changed."""

    code, title = "archive_broken", "The file is no archive of a farm, or is not as its manifest says"

    def __init__(self, name: str, message: str) -> None:
        fix = "send the archive as it was exported"
        super().__init__(message, errors=[RowError(field=name, code=self.code, message=message, fix=fix)])


class FarmNotEmpty(Conflict):
    """An archive is a farm of its own and is not mixed with another."""

    code, title = (
        "farm_not_empty",
        "An archive goes into a farm without flocks, animals and events: make a new one",
    )


class FarmOfOtherPlace(Unprocessable):
    """Days and weights would be others."""

    code, title = "farm_of_other_place", "The farm has another time zone or unit of weight than that of the archive"

    def __init__(self, field: str, here: str, there: str) -> None:
        message = f"the {field} of the farm is {here}, that of the archive {there}"
        errors = [RowError(field=field, code=self.code, message=message, fix=f"set the {field} of the farm to {there}")]
        super().__init__(message, errors=errors)


class ArchiveRejected(Unprocessable):
    """A row breaks a rule of the farm, or would not be the same afterwards; nothing was taken."""

    code, title = "archive_rejected", "Some rows of the archive were not taken, so nothing was; see errors"

    def __init__(self, errors: list[RowError]) -> None:
        super().__init__(errors[0].message, errors=errors)
