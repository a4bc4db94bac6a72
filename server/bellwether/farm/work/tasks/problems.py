"""What may be wrong with a task."""

from collections.abc import Sequence

from bellwether.platform.problems import Conflict, RowError, Unprocessable


class TaskExists(Conflict):
    """The id is taken."""

    code, title = "task_exists", "There is a task with this id: send another one"


class TaskFollows(Unprocessable):
    """Somebody wants to move what follows from an event."""

    code, title = "task_follows", "Title and day of this task follow from an event"

    def __init__(self, field: str) -> None:
        fix = "correct the event, change the rule, or put the task off with snoozed_until"
        error = RowError(field=field, code=self.code, message=self.title, fix=fix)
        super().__init__(errors=[error])


class NotAMember(Unprocessable):
    """A task is given to somebody who does not belong to the farm."""

    code, title = "not_a_member", "Nobody of this id belongs to the farm"

    def __init__(self) -> None:
        error = RowError(field="assigned_to", code=self.code, message=self.title, fix="send the user_id of a member")
        super().__init__(errors=[error])


class RuleIncomplete(Unprocessable):
    """A rule of the farm's own that does not say all."""

    code, title = "rule_incomplete", "A rule of your own needs kind, title and days"


class TasksRejected(Unprocessable):
    """The archive of a farm tells of tasks that cannot be."""

    code, title = "tasks_rejected", "Some tasks were not taken, so none was"

    def __init__(self, errors: Sequence[RowError]) -> None:
        super().__init__(errors[0].message, errors=errors)
