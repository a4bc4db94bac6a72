"""What stops a joint run, and handing it out."""

from collections.abc import Sequence

from bellwether.platform.problems import Conflict, NotFound, RowError, Unprocessable


class NoSuchJointRun(NotFound):
    """The run is unknown, not the caller's, or not one of an agreement."""

    code, title = "no_such_joint_run", "There is no such evaluation of an agreement, or it is not yours to see"


class NotInAgreement(Conflict):
    """The farm is not in the agreement, or nobody else is."""

    code, title = "not_in_agreement", "An evaluation across farms needs your farm and another one in the agreement"


class NotFinished(Conflict):
    """Only what has succeeded can be handed out."""

    code, title = "run_not_succeeded", "Only an evaluation that has succeeded can be published"


class FarmHasLeft(Conflict):
    """A farm is not in any more as it was when the run read its records."""

    code, title = (
        "farm_has_left",
        "A farm has left the agreement, or changed its flocks, since the run read its records",
    )

    def __init__(self, names: Sequence[str]) -> None:
        fix = "Run the definition again: it reads the farms that are in now"
        rows = [
            RowError(field="run_id", code=self.code, message=f"{name} has gone on since this run", fix=fix)
            for name in names
        ]
        super().__init__(f"{', '.join(names)}: gone on since this run", errors=rows)


class NotAcrossFarms(Unprocessable):
    """A definition asks for what evaluations across farms do not take."""

    code, title = "not_across_farms", "This cannot be evaluated across farms"
