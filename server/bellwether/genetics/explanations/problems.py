"""What cannot be explained."""

from bellwether.platform.problems import Conflict, NotFound, Unprocessable


class NoSuchValue(NotFound):
    """The run has no breeding value of this animal and trait, or it is not yours to see."""

    code, title = "no_such_breeding_value", "There is no breeding value of this animal and trait in the run"


class TablesLost(NotFound):
    """The run was made before its tables were kept."""

    code, title = "run_without_tables", "The run keeps no tables, from which its values could be explained"


class SameRun(Unprocessable):
    """A run is compared with itself."""

    code, title = "same_run", "from_run and to_run are the same: name two runs"


class OfSeveralFarms(Conflict):
    """Other farms have this animal too, so its parts would tell of their animals and records."""

    code, title = "of_several_farms", "Other farms know this animal too: its parts would show their animals"
