"""What may be wrong with an export of genotypes."""

from typing import ClassVar

from bellwether.platform.problems import Conflict, NotFound, Problem, Unprocessable


class NoSuchGenotypeExport(NotFound):
    """The export is unknown, or another farm's."""

    code, title = "no_such_export", "There is no such export, or it is not yours to see"


class NotWritten(Conflict):
    """The job has not ended, or has failed."""

    code, title = "export_not_ready", "The file is not written: look at the job of the export"


class Expired(Problem):
    """The file is gone."""

    status: ClassVar[int] = 410
    code, title = "export_expired", "The file was kept for its time and is gone: ask for it again"


class NothingToWrite(Unprocessable):
    """No sample counts."""

    code, title = "nothing_to_write", "No animal of the farm has accepted genotypes of this chip"
