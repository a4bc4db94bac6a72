"""What is wrong with a request for breeding values."""

from bellwether.platform.problems import NotFound, RowError, Unprocessable


class NotEvaluated(NotFound):
    """The flock or run has no breeding values for this trait, or is another farm's."""

    code, title = "not_evaluated", "There are no breeding values of this, or they are not yours to see"


class RunOrFlock(Unprocessable):
    """Exactly one of the two names what to rank: values of different runs are not compared."""

    code, title = "run_or_flock", "Give either run_id or flock_id (its latest run)"


class SeveralRuns(Unprocessable):
    """Values of one trait would come from different runs, each with a base of its own."""

    code, title = "several_runs", "Values of different runs cannot be compared"

    def __init__(self, trait: str, runs: int) -> None:
        message = f"the latest values of {trait} of these animals are from {runs} runs, each with a base of its own"
        fix = "ask for the animals of one run, or rank one by run_id; across_runs=true takes them as they are"
        super().__init__(message, errors=[RowError(field="animal_ids", code=self.code, message=message, fix=fix)])
