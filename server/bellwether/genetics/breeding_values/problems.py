"""What is wrong with a request for breeding values."""

from bellwether.platform.problems import NotFound, Unprocessable


class NotEvaluated(NotFound):
    """The flock or run has no breeding values for this trait, or is another farm's."""

    code, title = "not_evaluated", "There are no breeding values of this, or they are not yours to see"


class RunOrFlock(Unprocessable):
    """Exactly one of the two names what to rank: values of different runs are not compared."""

    code, title = "run_or_flock", "Give either run_id or flock_id (its latest run)"
