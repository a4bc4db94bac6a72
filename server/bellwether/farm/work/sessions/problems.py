"""What may be wrong with a session."""

from bellwether.platform.problems import Conflict, RowError, Unprocessable


class SessionExists(Conflict):
    """The id is taken."""

    code, title = "session_exists", "There is a session with this id: send another one"


class TemplateExists(Conflict):
    """The id or the name is taken."""

    code, title = "template_exists", "The farm has a template of this name, or the id is taken: send another one"


class SessionClosed(Conflict):
    """What is closed stays as it is."""

    code, title = "session_closed", "The session is closed: what it is about stays as it is"


class KindMissing(Unprocessable):
    """Neither kind nor template."""

    code, title = "kind_missing", "Say the kind of the session, or the template that it follows"


class FieldUnfit(Unprocessable):
    """A field of its own that the template does not know, or of another kind."""

    code, title = "field_unfit", "A field of the session is not as its template has it"

    def __init__(self, name: str, message: str) -> None:
        fix = "send a value of the kind that the template says, or leave the field out"
        super().__init__(message, errors=[RowError(field=f"fields.{name}", code=self.code, message=message, fix=fix)])


class TraitUnknown(Unprocessable):
    """A trait that neither the dictionary nor the farm has."""

    code, title = "trait_unknown", "The farm has no such trait"

    def __init__(self, place: int, code: str) -> None:
        message = f"the farm has no trait {code}"
        fix = "define the trait on the farm first, or send a code of the dictionary"
        super().__init__(message, errors=[RowError(field=f"traits.{place}", code=self.code, message=message, fix=fix)])
