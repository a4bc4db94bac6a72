"""What may be wrong with a feed."""

from bellwether.platform.problems import Conflict


class TooManyFeeds(Conflict):
    """One for each calendar is enough."""

    code, title = "too_many_feeds", "You have as many feeds of this farm as one may: end one first"
