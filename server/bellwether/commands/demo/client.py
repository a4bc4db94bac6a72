"""A small client of the platform's own HTTP interface, for the commands that act as a user."""

import contextlib
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx

JOB_ENDS = ("succeeded", "failed", "cancelled")
AGAIN_S = 0.25


class Refused(Exception):
    """The platform answered with a problem document."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        self.status, self.problem = status, problem
        super().__init__(f"{status} {problem.get('code', '')}: {problem.get('detail', '')}")


class Client:
    """Speaks to one platform as one user."""

    def __init__(self, base_url: str) -> None:
        self._http = httpx.Client(base_url=base_url, timeout=30)

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def call(self, method: str, path: str, **options: Any) -> Any:
        """One request; the JSON of the answer.

        Raises:
            Refused: the answer is a problem document.
        """
        response = self._request(method, path, **options)
        return response.json() if response.content else None

    def download(self, path: str) -> bytes:
        """A file.

        Raises:
            Refused: the answer is a problem document.
        """
        return self._request("GET", path).content

    def _request(self, method: str, path: str, **options: Any) -> httpx.Response:
        response = self._http.request(method, path, **options)
        if response.is_error:
            raise refusal(response)
        return response

    def get(self, path: str, **params: Any) -> Any:
        """A resource or a page."""
        return self.call("GET", path, params={name: value for name, value in params.items() if value is not None})

    def post(self, path: str, body: Any = None, **options: Any) -> Any:
        """Create something."""
        return self.call("POST", path, json=body, **options)

    def items(self, path: str, **params: Any) -> Iterator[Any]:
        """All items of a list, page by page."""
        cursor = None
        while True:
            page = self.get(path, **params, cursor=cursor)
            yield from page["items"]
            cursor = page["next"]
            if cursor is None:
                return

    def login(self, email: str, password: str) -> dict[str, Any]:
        """Act as this user from now on."""
        answer: dict[str, Any] = self.post("/api/v1/auth/login", {"email": email, "password": password})
        self._http.headers["Authorization"] = f"Bearer {answer['access_token']}"
        return answer

    def upload(self, path: str, file: Path, fields: dict[str, str]) -> Any:
        """A file with form fields beside it."""
        with file.open("rb") as content:
            return self.call("POST", path, data=fields, files={"file": (file.name, content, "text/csv")})

    def wait(self, job: dict[str, Any], watch: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
        """Follow a job to its end; `watch` sees every state."""
        watch(job)
        latest, path = job, f"/api/v1/{job['service']}/jobs/{job['id']}/events"
        while latest["state"] not in JOB_ENDS:
            # a stream that breaks off is followed again
            with contextlib.suppress(httpx.RemoteProtocolError, httpx.ReadError):
                for latest in self.changes(path):
                    watch(latest)
            if latest["state"] not in JOB_ENDS:
                time.sleep(AGAIN_S)
        return latest

    def changes(self, path: str) -> Iterator[dict[str, Any]]:
        """What a stream of server-sent events tells, until it ends.

        Raises:
            Refused: there is no such stream.
        """
        with self._http.stream("GET", path) as response:
            if response.is_error:
                response.read()
                raise refusal(response)
            for line in response.iter_lines():
                if line.startswith("data: "):
                    yield json.loads(line.removeprefix("data: "))


def refusal(response: httpx.Response) -> Refused:
    """What an answer says that is none."""
    is_problem = "json" in response.headers.get("content-type", "")
    return Refused(response.status_code, response.json() if is_problem else {"detail": response.text[:200]})
