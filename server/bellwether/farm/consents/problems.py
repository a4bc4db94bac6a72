"""What may be wrong with a consent."""

from bellwether.platform.problems import Conflict, RowError, Unprocessable


class ConsentExists(Conflict):
    """The id is taken."""

    code, title = "consent_exists", "A consent with this id exists: send a new id, or none"


class ConsentEndsBeforeStart(Unprocessable):
    """The days are the wrong way round."""

    code, title = "ends_before_start", "The consent would end before it begins"

    def __init__(self) -> None:
        fix = "send a to_on that is not before from_on"
        super().__init__(errors=[RowError(field="to_on", code=self.code, message=self.title, fix=fix)])
