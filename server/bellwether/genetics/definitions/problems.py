"""What stops a definition."""

from bellwether.platform.problems import Conflict, NotFound, RowError


class NoSuchDefinition(NotFound):
    """The definition, or this version of it, is unknown, or another farm's."""

    code, title = "no_such_definition", "There is no such definition, or it is not yours to see"


class DefinitionExists(Conflict):
    """The farm has a definition of this name."""

    code, title = "definition_exists", "The farm has a definition of this name: make a new version of it"


class OtherVersion(Conflict):
    """Somebody else has changed it meanwhile."""

    code, title = "other_version", "The definition has a newer version than the one that you changed"

    def __init__(self, newest: int) -> None:
        message = f"the newest version is {newest}"
        fix = "Read it, change that one, and name it in based_on"
        super().__init__(message, errors=[RowError(field="based_on", code=self.code, message=message, fix=fix)])
