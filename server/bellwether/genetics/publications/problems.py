"""What stops a publication."""

from uuid import UUID

from bellwether.platform.problems import Conflict, NotFound, RowError


class NoSuchRun(NotFound):
    """The run is unknown, or another farm's."""

    code, title = "no_such_evaluation", "There is no such evaluation, or it is not yours to see"


class NotFinished(Conflict):
    """Only what has succeeded can be published."""

    code, title = "run_not_succeeded", "Only an evaluation that has succeeded can be published"


class NothingToPublish(Conflict):
    """The run has no flock: it is of tables, or of the farms of an agreement."""

    code, title = (
        "run_without_flock",
        "This evaluation is of tables, or of several farms: no flock goes by it itself",
    )


class OtherPublished(Conflict):
    """Somebody else was faster."""

    code, title = "other_run_published", "Another evaluation is published than the one that you name"

    def __init__(self, flock_id: UUID, published: UUID | None) -> None:
        message = f"flock {flock_id} goes by {f'evaluation {published}' if published else 'no evaluation yet'}"
        fix = "Look at what is published now, then name it in replaces"
        super().__init__(message, errors=[RowError(field="replaces", code=self.code, message=message, fix=fix)])
