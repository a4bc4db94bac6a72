"""What an import may not do any more, or not yet."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from bellwether.platform.problems import Conflict, RowError

State = Literal["received", "previewed", "committing", "committed", "undone", "cancelled"]


class ImportEnded(Conflict):
    """The import was taken back, or another one of the same file stands."""

    code, title = "import_ended", "This import has ended: send the file again"

    def __init__(self, state: str) -> None:
        super().__init__(f"The import is {state}: send the file again")


class ImportRunning(Conflict):
    """Its job has not ended."""

    code, title = "import_running", "A job of this import is running: wait for its end, or cancel it"


class ImportHasNoHistory(Conflict):
    """It was made before the platform remembered what an import changes."""

    code, title = "import_has_no_history", "This import is older than the memory of changes and cannot be undone"


class ImportBuiltUpon(Conflict):
    """Something was built on the import since. Nothing has been taken back."""

    code, title = "import_built_upon", "Something was built on this import since, so it was left as it is"

    def __init__(self, errors: Sequence[RowError]) -> None:
        super().__init__("; ".join(error.message for error in errors), errors=errors)


class ImportedWithOtherOptions(Conflict):
    """The same bytes stand in this flock, read in another way."""

    code, title = "imported_with_other_options", "This file was imported before, with other options"

    def __init__(self, import_id: UUID, at: datetime, before: Mapping[str, object], now: Mapping[str, object]) -> None:
        message = f"imported on {at:%Y-%m-%d %H:%M} UTC with {shown(before)}; it came again with {shown(now)}"
        undo = f"POST /api/v1/farm/imports/{import_id}/undo"
        fix = f"undo it first ({undo}), or send again=true to import it beside the first"
        names = sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))
        errors = [RowError(field=name, code=self.code, message=message, fix=fix) for name in names]
        super().__init__(f"The same file was {message}: {fix}", errors=errors)


def shown(options: Mapping[str, object]) -> str:
    """`date_order=mdy, trait=WWT`."""
    return ", ".join(f"{name}={value}" for name, value in sorted(options.items())) or "no options"
