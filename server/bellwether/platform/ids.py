"""Identity of things: UUIDv7, made by whoever creates the row."""

from uuid import UUID

import uuid_utils.compat


def new_id() -> UUID:
    """A fresh UUIDv7 (RFC 9562): ordered by time, unique without a round trip."""
    return uuid_utils.compat.uuid7()
