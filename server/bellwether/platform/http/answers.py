"""What routes answer with when the body is written already."""

from starlette.responses import Response


class JsonText(Response):
    """A body that is JSON text: nothing encodes it once more."""

    media_type = "application/json"
