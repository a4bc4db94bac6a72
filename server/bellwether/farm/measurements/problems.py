"""What may be wrong with measurements."""

from uuid import UUID

from bellwether.platform.problems import Conflict, RowError, Unprocessable


class WeightsRejected(Unprocessable):
    """Some of the weights break a rule: none was stored."""

    code, title = "weights_rejected", "Some weights break a rule, so none was stored"


class SessionUnknown(Unprocessable):
    """A day in the yards that the farm does not have."""

    code, title = "session_unknown", "The farm has no session with this id"

    def __init__(self, session_id: UUID) -> None:
        text, fix = f"there is no session {session_id}", "make the session first, or leave session_id out"
        super().__init__(text, errors=[RowError(field="session_id", code=self.code, message=text, fix=fix)])


class WhoseWeights(Unprocessable):
    """Neither animal nor flock."""

    code, title = "whose_weights", "Say whose weights: of an animal or of a flock"


class WeightExists(Conflict):
    """A weight with this id, or another one of the same animal, trait and day, was recorded meanwhile."""

    code, title = "weight_exists", "This weight exists already: send a new id or none, and try again"
