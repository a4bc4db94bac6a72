"""Where a page of projects starts."""

from uuid import UUID

from bellwether.platform.http.pagination import BadCursor, Cursor


def project_before(text: str | None) -> UUID | None:
    """The id that the page comes after, from the caller's cursor.

    Raises:
        BadCursor: it was not made by this list.
    """
    cursor = Cursor.decode(text)
    if cursor is None:
        return None
    try:
        return UUID(str(cursor.keys[0]))
    except ValueError as error:
        raise BadCursor from error
