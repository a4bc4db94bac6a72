"""What may be wrong with a file as a whole."""

from collections.abc import Mapping

from bellwether.platform.problems import RowError, Unprocessable
from bellwether.sheep.traits import weights


class FileEmpty(Unprocessable):
    """There is no line with anything in it."""

    code, title = "file_empty", "The file is empty"


class HeaderUnknown(Unprocessable):
    """No header of the first line is known."""

    code, title = "header_unknown", "The first line has no header that is known"

    def __init__(self, found: list[str], known: Mapping[str, tuple[str, ...]]) -> None:
        names = ", ".join(cell[:40] for cell in found[:20])
        message = f"found: {names}"
        fix = f"name the columns as in {', '.join(aliases[0] for aliases in known.values())}"
        super().__init__(message, errors=[RowError(row=1, code="header_unknown", message=message, fix=fix)])


class HeaderIncomplete(Unprocessable):
    """A column is missing without which no line can be taken."""

    code, title = "header_incomplete", "A column is missing"

    def __init__(self, missing: list[str]) -> None:
        errors = [
            RowError(row=1, field=name, code="column_missing", message=f"no column for {name}", fix="add the column")
            for name in missing
        ]
        super().__init__("No column for: " + "; ".join(missing), errors=errors)


class DateOrderAmbiguous(Unprocessable):
    """Day and month could be either way round in the whole file."""

    code, title = "date_order_ambiguous", "Day and month could be either way round"

    def __init__(self, example: str) -> None:
        fix = "send date_order as dmy or mdy"
        message = f"{example} can be read in two ways"
        super().__init__(message, errors=[RowError(field="date_order", code=self.code, message=message, fix=fix)])


class TraitMissing(Unprocessable):
    """A weight means nothing without its stage, and the stage is never guessed from the age."""

    code, title = "trait_missing", "Say at which stage these weights were taken"

    def __init__(self) -> None:
        fix = f"send trait as one of {', '.join(weights())}, or add a column Trait"
        super().__init__(fix, errors=[RowError(field="trait", code=self.code, message=self.title, fix=fix)])


class TraitUnknown(Unprocessable):
    """There is no such weight."""

    code, title = "trait_unknown", "There is no such weight"

    def __init__(self, trait: str) -> None:
        fix = f"send one of {', '.join(weights())}"
        super().__init__(
            fix, errors=[RowError(field="trait", code=self.code, message=f"{trait[:40]} is unknown", fix=fix)]
        )
