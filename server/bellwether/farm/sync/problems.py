"""What may be wrong with a pull, a push, or one of its rows."""

from collections.abc import Iterable
from difflib import get_close_matches

from bellwether.platform.problems import Conflict, NotAllowed, Problem, RowError, Unprocessable


class CursorExpired(Problem):
    """Rows that went meanwhile are told of no more, or the device has read on a farm that was set back since."""

    status, code = 410, "cursor_expired"
    title = "This device was away too long: push what it has not sent, then read everything anew without a cursor"


class AccessEnded(NotAllowed):
    """The user belonged to the farm, and does no longer."""

    code, title = "access_ended", "You do not belong to this farm any more: remove its rows from this device"


class OtherCollections(Unprocessable):
    """A cursor counts for the collections that it was given for."""

    code = "other_collections"
    title = "The cursor was given for other collections: send the same ones, or begin without a cursor"


class UnknownCollection(Unprocessable):
    """A name that is none."""

    code, title = "unknown_collection", "There is no such collection"

    def __init__(self, name: str, names: Iterable[str]) -> None:
        near = get_close_matches(name, list(names), 1)
        fix = f"did you mean {near[0]}?" if near else f"send one of {', '.join(names)}"
        message = f"there is no collection {name}"
        error = RowError(field="collections", code="not_one_of", message=message, fix=fix)
        super().__init__(message, errors=[error])


class ReadOnlyCollection(Unprocessable):
    """Its rows follow from others."""

    code, title = "read_only_collection", "Rows of this collection follow from others: no device writes them"


class NotDeletable(Unprocessable):
    """What was recorded stays."""

    code, title = "not_deletable", "A row of this collection is not deleted: correct it, or end it"


class RowInUse(Conflict):
    """Something else speaks of the row."""

    code, title = "row_in_use", "Something was recorded of this row, so that it cannot go: take that back first"


class IdTaken(Conflict):
    """Somebody else made a row with this id."""

    code, title = "id_taken", "There is another row with this id, or the farm has the same already: send a new id"


class NotStorable(Unprocessable):
    """A rule of the database that nothing else had seen broken."""

    code, title = "not_storable", "The database does not take this row: correct it, and report it if nothing is wrong"


class MutationReused(Unprocessable):
    """One id, two contents."""

    code, title = "mutation_reused", "This mutation_id was sent before with another content: send a new id"


class ClockAhead(Unprocessable):
    """A clock that is more than a day ahead is none."""

    code, title = "clock_ahead", "The clock of the device is more than a day ahead: set it, and send the row again"


class NotVersionSeven(Unprocessable):
    """Ids of new rows are ordered by time."""

    code, title = "id_not_uuidv7", "The id of a new row must be a UUID of version 7"


class DocMissing(Unprocessable):
    """Nothing to be written."""

    code, title = "doc_missing", "An upsert needs a doc with the fields that are to be written"


class RowsChanged(Conflict):
    """WatermelonDB pulls, merges by column, and pushes again."""

    code, title = "rows_changed", "Some of these rows were changed since you pulled: synchronise again"


class BadMigration(Unprocessable):
    """What WatermelonDB says of a migration cannot be read."""

    code, title = "bad_migration", "migration must be the JSON object that WatermelonDB gives, or null"


class BadRow(Unprocessable):
    """A row of a client that cannot be read."""

    code, title = "bad_row", "The row cannot be read"

    def __init__(self, name: str, message: str, fix: str) -> None:
        error = RowError(field=name, code=self.code, message=message, fix=fix)
        super().__init__(message, errors=[error])


class NotEditable(Unprocessable):
    """The field is not a device's to change."""

    code, title = "not_editable", "A field of the row is not changed by itself"

    def __init__(self, fields: Iterable[str], editable: Iterable[str]) -> None:
        fix = f"leave it out; to be changed are {', '.join(sorted(editable)) or 'none of them'}"
        errors = [
            RowError(field=name, code=self.code, message=f"{name} cannot be changed here", fix=fix) for name in fields
        ]
        super().__init__(errors[0].message, errors=errors)


class CannotClear(Unprocessable):
    """An empty cell changes nothing."""

    code, title = "cannot_clear", "What is known of the row is not made unknown: send another value"

    def __init__(self, fields: Iterable[str]) -> None:
        fix = "send the right value, or leave the field out"
        errors = [RowError(field=name, code=self.code, message=f"{name} cannot be emptied", fix=fix) for name in fields]
        super().__init__(errors[0].message, errors=errors)
