"""What may be wrong with a flock."""

from bellwether.platform.problems import Conflict


class FlockExists(Conflict):
    """The id or the code is taken."""

    code, title = "flock_exists", "The farm has a flock with this code, or the id is taken"
