"""What may be wrong with measurements of any trait."""

from bellwether.platform.problems import Conflict, Unprocessable


class MeasurementsRejected(Unprocessable):
    """Some of the measurements break a rule: none was stored."""

    code, title = "measurements_rejected", "Some measurements break a rule, so none was stored"


class WhoseMeasurements(Unprocessable):
    """Neither animal nor flock."""

    code, title = "whose_measurements", "Say whose measurements: of an animal or of a flock"


class MeasurementExists(Conflict):
    """A measurement with this id, or another one of the same animal, trait and day, was recorded meanwhile."""

    code, title = "measurement_exists", "This measurement exists already: send a new id or none, and try again"
