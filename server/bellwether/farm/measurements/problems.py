"""What may be wrong with measurements."""

from bellwether.platform.problems import Conflict, Unprocessable


class WeightsRejected(Unprocessable):
    """Some of the weights break a rule: none was stored."""

    code, title = "weights_rejected", "Some weights break a rule, so none was stored"


class WhoseWeights(Unprocessable):
    """Neither animal nor flock."""

    code, title = "whose_weights", "Say whose weights: of an animal or of a flock"


class WeightExists(Conflict):
    """A weight with this id, or another one of the same animal, trait and day, was recorded meanwhile."""

    code, title = "weight_exists", "This weight exists already: send a new id or none, and try again"
