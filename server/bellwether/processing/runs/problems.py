"""What may be wrong with a request for pipeline runs."""

from bellwether.platform.problems import NotFound


class NoSuchRun(NotFound):
    """Absent, or of a farm that the caller does not belong to."""

    code, title = "run_not_found", "There is no such run, or its farm is not yours"
