"""What is wrong with a file as a whole, or has to be asked before any of it is read."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FileFault:
    """One thing that stops a file: where, and what to do or which option to send."""

    code: str
    message: str
    fix: str
    row: int | None = None
    field: str | None = None


class FileRefused(Exception):
    """A file cannot be read, or can be read in two ways: every reason at once."""

    def __init__(self, *faults: FileFault) -> None:
        super().__init__("; ".join(fault.message for fault in faults))
        self.faults = faults

    def __reduce__(self) -> tuple[type["FileRefused"], tuple[FileFault, ...]]:
        """It may travel between processes."""
        return FileRefused, self.faults


def refused(code: str, message: str, fix: str, *, row: int | None = None, field: str | None = None) -> FileRefused:
    """The exception for one fault."""
    return FileRefused(FileFault(code, message, fix, row, field))
