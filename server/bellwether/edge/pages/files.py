"""The built pages: which policy binds them, and who gets one."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from bellwether.platform.problems import NotFound, Problem

# styles set by script need no 'unsafe-inline'; the one style sheet that a dialog of GraphiQL writes goes by its hash,
# and icons and fonts come as data
DIALOG = "'sha256-nzTgYzXYDNe6BAHiiI7NNlfK8n/auuOAhh2t92YvuXo='"
POLICY = (
    f"default-src 'none'; script-src 'self'; style-src 'self' {DIALOG}; connect-src 'self'; img-src 'self' data:; "
    "font-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
KINDS = {".css": "text/css", ".js": "text/javascript"}


class PagesNotBuilt(Problem):
    """`console/` was not built on this machine."""

    status, code, title = 503, "pages_not_built", "The pages were not built: ./bellwether up builds them"


class Pages:
    """The folder that `console/build.ts` writes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def page(self, name: str) -> Response:
        """A whole page, for a browser."""
        path = self._folder / f"{name}.html"
        if not path.is_file():
            raise PagesNotBuilt
        return FileResponse(path, headers={"Content-Security-Policy": POLICY, "Vary": "Accept"})

    def asset(self, name: str) -> Response:
        """A script or style sheet by its exact name, which changes with its content."""
        path = self._folder / name
        if path.suffix not in KINDS or not path.is_file():
            raise NotFound
        headers = {"Cache-Control": "public, max-age=31536000, immutable"}
        return FileResponse(path, media_type=KINDS[path.suffix], headers=headers)


def pages_of(request: Request) -> Pages:
    """The pages that this edge serves."""
    found: Pages = request.app.state.pages
    return found


def wants_html(request: Request) -> bool:
    """Whether a browser asks for a page, as opposed to a program."""
    return "text/html" in request.headers.get("accept", "")
