"""What may be wrong with a wish for a report."""

from bellwether.platform.problems import Problem, RowError, Unprocessable


class NotOffered(Problem):
    """None of the kinds that the caller accepts."""

    status, code, title = 406, "not_offered", "A report is JSON, CSV, XLSX, SVG, PNG or PDF: accept one of these"


class ReportTooLong(Unprocessable):
    """More than one answer holds."""

    code, title = "report_too_long", "The report is longer than this form of it holds"

    def __init__(self, what: str, found: int | None, most: int) -> None:
        message = f"more than {most:,} {what}" if found is None else f"{found:,} {what}, at most {most:,} here"
        fix = "ask for fewer by the parameters of the report, or for another format"
        super().__init__(message, errors=[RowError(field="format", code=self.code, message=message, fix=fix)])


class NotDrawn(Unprocessable):
    """Drawing or setting it takes more time or memory than one report may."""

    code, title = "report_not_drawn", "The report takes more to draw than one may: ask for fewer rows, or for CSV"


class NoSuchRun(Unprocessable):
    """The farm has imported other runs."""

    code, title = "no_such_run", "The farm has no breeding values of a run of this name"

    def __init__(self, field: str, name: str, known: list[str]) -> None:
        message = f"there is no run {name}"
        fix = f"name one of {', '.join(known[:10])}"
        super().__init__(message, errors=[RowError(field=field, code=self.code, message=message, fix=fix)])
