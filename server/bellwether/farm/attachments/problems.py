"""What may be wrong with an attachment."""

from bellwether.farm.attachments.kinds import KINDS
from bellwether.platform.problems import Conflict, RowError, Unprocessable, UnsupportedMediaType

KEPT = ", ".join(KINDS)


class KindUnknown(UnsupportedMediaType):
    """Neither a photo, a film nor a paper."""

    code, title = "kind_unknown", f"Kept are {KEPT}"


class KindWrong(Unprocessable):
    """The bytes are of another kind than was said."""

    code, title = "kind_wrong", "The file is of another kind than Content-Type says"

    def __init__(self, said: str, found: str) -> None:
        message = f"the bytes are {found}, not {said}"
        super().__init__(message, errors=[error("Content-Type", self.code, message, f"send Content-Type: {found}")])


class HashWrong(Unprocessable):
    """The bytes have another hash than the address."""

    code, title = "hash_wrong", "The bytes have another SHA-256 than the address"

    def __init__(self, sha256: str) -> None:
        message = f"the SHA-256 of the bytes that came is {sha256}"
        fix = "send them again if they were cut off, or send them to that address"
        super().__init__(message, errors=[error("sha256", self.code, message, fix)])


class AttachmentLinked(Conflict):
    """Something refers to it."""

    code, title = "attachment_linked", "Animals or events refer to this attachment: remove its links first"


class LinkExists(Conflict):
    """A link has one id."""

    code, title = "link_exists", "The id is of another link, or the link stands under another id"


class LinkOfOne(Unprocessable):
    """An attachment is of an animal or of an event."""

    code, title = "link_of_one", "A link names an animal or an event, and not both"

    def __init__(self) -> None:
        fix = "send animal_id or event_id"
        super().__init__(self.title, errors=[error("animal_id", self.code, self.title, fix)])


def error(field: str, code: str, message: str, fix: str) -> RowError:
    """A finding about one part of the request."""
    return RowError(field=field, code=code, message=message, fix=fix)
