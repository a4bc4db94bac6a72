"""What may be wrong with an export."""

from bellwether.platform.problems import Conflict, Problem, RowError, Unprocessable


class OptionUnused(Unprocessable):
    """The format has no use for an option, so its sender expects something else."""

    code, title = "option_unused", "This format has no such option"

    def __init__(self, names: list[str], known: list[str]) -> None:
        fix = f"leave it out; this format knows {', '.join(known) or 'no options'}"
        errors = [
            RowError(field=f"options.{n}", code=self.code, message=f"{n} has no use here", fix=fix) for n in names
        ]
        super().__init__(f"{', '.join(names)}: {fix}", errors=errors)


class TraitUnknown(Unprocessable):
    """A trait that the farm does not know."""

    code, title = "trait_unknown", "There is no such trait"

    def __init__(self, name: str) -> None:
        error = RowError(field="options.traits", code=self.code, message=f"{name} is no trait", fix="write a code: WWT")
        super().__init__(error.message, errors=[error])


class NotInEncoding(Unprocessable):
    """A character that the wanted encoding does not have."""

    code, title = "not_in_encoding", "The text has characters that this encoding does not have"

    def __init__(self, character: str, encoding: str, line: str, row: int) -> None:
        message = f"row {row} has {character!r}, which {encoding} does not have: {line[:100]}"
        error = RowError(row=row, field="options.encoding", code=self.code, message=message, fix="ask for utf-8")
        super().__init__(message, errors=[error])


class TooManyRows(Unprocessable):
    """More than a sheet of a workbook holds."""

    code, title = "too_many_rows", "A workbook holds no more rows than this: ask for csv"

    def __init__(self, most: int) -> None:
        super().__init__(f"A sheet of a workbook holds {most:,} rows: ask for csv")


class ExportNotReady(Conflict):
    """Its job has not written it."""

    code, title = "export_not_ready", "The file is not written yet: wait for the end of its job"


class ExportExpired(Problem):
    """The file was kept for its time and is gone."""

    status, code, title = 410, "export_expired", "The file is gone: ask for it again"


class NothingToWrite(Unprocessable):
    """No record can be used."""

    code, title = "nothing_to_write", "Nothing of this flock can be written in this format"

    def __init__(self, message: str, fix: str) -> None:
        error = RowError(field="options.traits", code=self.code, message=message, fix=fix or "record more first")
        super().__init__(message, errors=[error])
