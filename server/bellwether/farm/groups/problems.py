"""What may be wrong with a group."""

from bellwether.platform.problems import Conflict


class GroupExists(Conflict):
    """The id or the name is taken."""

    code, title = "group_exists", "The farm has a group of this name, or the id is taken: send another one"
