"""What may be wrong with a consent."""

from bellwether.platform.problems import Conflict, RowError, Unprocessable


class ConsentExists(Conflict):
    """The id is taken."""

    code, title = "consent_exists", "A consent with this id exists: send a new id, or none"


class DaysAreOfMeasurements(Unprocessable):
    """A consent to something else names days."""

    code, title = "days_are_of_measurements", "Only a consent to measurements is for some of their days"

    def __init__(self, field: str) -> None:
        fix = "leave from_on and to_on out; withdraw the consent when it is to end"
        super().__init__(errors=[RowError(field=field, code=self.code, message=self.title, fix=fix)])


class ConsentEndsBeforeStart(Unprocessable):
    """The days are the wrong way round."""

    code, title = "ends_before_start", "The consent would end before it begins"

    def __init__(self) -> None:
        fix = "send a to_on that is not before from_on"
        super().__init__(errors=[RowError(field="to_on", code=self.code, message=self.title, fix=fix)])
