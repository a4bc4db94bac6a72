"""What may be wrong with settling a conflict."""

from bellwether.platform.problems import Conflict


class Settled(Conflict):
    """Somebody has decided already."""

    code, title = "conflict_settled", "This conflict was settled already: change the row itself"


class CannotCount(Conflict):
    """What was deleted for good is entered anew, not restored."""

    code, title = "cannot_count", "The other one cannot count any more: enter it anew, and settle this with kept"
