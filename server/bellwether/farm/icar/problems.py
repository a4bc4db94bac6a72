"""Why a message is not taken."""

from bellwether.platform.problems import Unprocessable


class MessageRejected(Unprocessable):
    """Something is wrong with a message that was sent alone."""

    code, title = "message_rejected", "The message was not taken; see errors"
