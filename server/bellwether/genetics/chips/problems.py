"""What may be wrong with a chip or its map."""

from bellwether.platform.problems import Conflict, NotFound, RowError, Unprocessable


class NoSuchChip(NotFound):
    """The chip is unknown, or another farm's."""

    code, title = "no_such_chip", "There is no such chip, or it is not yours to see"


class NoSuchMap(NotFound):
    """The chip has no such version of its map."""

    code, title = "no_such_map", "The chip has no map of this version"


class NoSuchMarker(NotFound):
    """The marker is not on the map."""

    code, title = "no_such_marker", "The chip has no marker of this name"


class ChipExists(Conflict):
    """The farm, or everybody, has a chip of this code."""

    code, title = "chip_exists", "There is a chip with this code: upload the file as a new map of it"


class MapExists(Conflict):
    """The chip has this map already."""

    code, title = "map_exists", "The chip has this very map already"


class CommonChip(Conflict):
    """Everybody's chip gets its maps from an administrator."""

    code, title = "common_chip", "This chip is everybody's: an administrator adds its maps"


class UnusableMap(Unprocessable):
    """The file cannot be read as a map."""

    code, title = "unusable_map", "The file cannot be read as a map of markers"


class UnknownAssembly(Unprocessable):
    """The assembly is not known."""

    code, title = "unknown_assembly", "There is no such assembly"

    def __init__(self, given: str) -> None:
        fix = "Take one of GET /api/v1/genetics/assemblies, or leave it out"
        row = RowError(field="assembly", code="not_one_of", message=f"{given[:40]!r} is not known", fix=fix)
        super().__init__(errors=[row])


class WrongStretch(Unprocessable):
    """A stretch of a chromosome that does not exist."""

    code, title = "wrong_stretch", "This is not a stretch of a chromosome"

    def __init__(self, field: str, message: str) -> None:
        fix = "Name the chromosome, and first and last in base pairs"
        super().__init__(message, errors=[RowError(field=field, code="wrong_stretch", message=message, fix=fix)])
