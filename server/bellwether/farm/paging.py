"""Pages over ids."""

from uuid import UUID

from bellwether.platform.http.pagination import BadCursor, Cursor


def id_after(cursor: str | None) -> UUID | None:
    """The id that a cursor holds; None for the first page.

    Raises:
        BadCursor: the cursor is of another list.
    """
    found = Cursor.decode(cursor)
    try:
        return None if found is None else UUID(str(found.keys[0]))
    except ValueError as error:
        raise BadCursor from error
