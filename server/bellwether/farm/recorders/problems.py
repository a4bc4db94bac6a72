"""What may be wrong with letting somebody record, and with what they send."""

from bellwether.platform.problems import Conflict, NotAllowed, Unprocessable


class RecorderRejected(Unprocessable):
    """No flock, no such kind, or a time that is over."""

    code, title = "recorder_rejected", "Nobody can record this; see errors"


class MemberRecords(Conflict):
    """A member has more rights than a recorder."""

    code, title = "already_member", "This user is a member of the farm: take the membership away, or leave it at that"


class NotYours(NotAllowed):
    """Nothing that the asking user may record there now."""

    code = "no_recorder"
    title = "You may record nothing in this flock: ask an owner of the farm, or look at /recordings"
