"""However a session ends, five seconds later no service answers it: reads, writes, GraphQL, sockets."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any
from uuid import uuid4

import httpx
import pytest
from bellwether.commands.people.user import set_roles
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from whole.conftest import PASSWORD, Platform

NEW_PASSWORD = "nine brown rams by the gate"
READS = ("farm/flocks", "genetics/evaluations", "research/projects", "processing/batches", "profiles/me", "sessions",
         "chats", "farm/jobs", "auth/me")  # fmt: skip
WRITES = ("farm/farms", "farm/animals", "genetics/evaluations", "research/projects", "chats")


class Person:
    """Somebody with a session in one browser and perhaps another in a second one."""

    def __init__(self, whole: Platform) -> None:
        self.whole, self.email = whole, f"u{uuid4().hex[:12]}@example.org"
        self.api = httpx.Client(base_url=f"{whole.url}/api/v1/", timeout=30)
        told = {"email": self.email, "password": PASSWORD, "name": "A Person"}
        assert self.api.post("auth/register", json=told).status_code == 202
        set_roles(whole.folders, whole.state, self.email, ["farmer", "researcher"])
        self.token, self.cookie = self.login()

    def login(self) -> tuple[str, str]:
        """A new session: its token and its cookie."""
        answer = self.api.post("auth/login", json={"email": self.email, "password": PASSWORD})
        cookie = next(line for line in answer.headers.get_list("set-cookie") if line.startswith("__Host-bw_rt"))
        return answer.json()["access_token"], cookie.partition(";")[0]

    def by_token(self, method: str, path: str, **sent: Any) -> httpx.Response:
        """A request of the first session."""
        return self.api.request(method, path, headers={"Authorization": f"Bearer {self.token}"}, **sent)

    def by_cookie(self, path: str) -> httpx.Response:
        """A request of the page that holds the first session's cookie."""
        headers = {"Origin": self.whole.url, "x-bw-csrf": "1", "Cookie": self.cookie}
        return self.api.post(path, headers=headers)


def log_out(person: Person) -> None:
    assert person.by_cookie("auth/logout").status_code == 204


def log_out_after_a_lost_refresh(person: Person) -> None:
    assert person.by_cookie("auth/refresh").status_code == 200
    log_out(person)


def log_out_everywhere(person: Person) -> None:
    assert person.by_token("POST", "auth/logout-all").status_code == 200


def end_from_another_device(person: Person) -> None:
    token, _ = person.login()
    assert person.api.delete("sessions", headers={"Authorization": f"Bearer {token}"}).json()["ended"] == 1


def be_evicted(person: Person) -> None:
    for _ in range(5):
        person.login()


def change_the_password(person: Person) -> None:
    body = {"current": PASSWORD, "new": NEW_PASSWORD}
    assert person.by_token("PUT", "auth/password", json=body).status_code == 200


def get_other_roles(person: Person) -> None:
    set_roles(person.whole.folders, person.whole.state, person.email, ["student"])


ENDS: list[Callable[[Person], None]] = [
    log_out,
    log_out_after_a_lost_refresh,
    log_out_everywhere,
    end_from_another_device,
    be_evicted,
    change_the_password,
    get_other_roles,
]


@pytest.fixture(scope="module")
def ended(whole: Platform) -> Iterator[dict[str, tuple[Person, Any]]]:
    """People whose sessions have ended in each way five seconds ago, each with the socket that was open then."""
    people = {end.__name__: Person(whole) for end in ENDS}
    found, sockets = {}, ExitStack()
    for end in ENDS:
        person = people[end.__name__]
        for path in READS:
            assert person.by_token("GET", path).status_code == 200, path
        socket = sockets.enter_context(connect(whole.url.replace("http", "ws") + "/api/v1/ws"))
        socket.send(f'{{"t": "auth", "token": "{person.token}"}}')
        assert "ready" in str(socket.recv(timeout=10))
        found[end.__name__] = (person, socket)
    for end in ENDS:
        end(people[end.__name__])
    time.sleep(5)
    with sockets:
        yield found


def read_out(socket: Any) -> None:
    """Until it is closed: what its owner was told of the sign-ins may stand before the end."""
    while socket.recv(timeout=5):
        pass


@pytest.mark.parametrize("how", [end.__name__ for end in ENDS])
def test_an_ended_session_is_refused_everywhere(ended: dict[str, tuple[Person, Any]], how: str) -> None:
    person, socket = ended[how]
    asked = [("GET", path) for path in READS] + [("POST", path) for path in WRITES]
    for method, path in asked:
        answer = person.by_token(method, path, json={} if method == "POST" else None)
        assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated"), f"{method} {path}"
    query = {"query": "{ flocks { nodes { id } } }"}
    headers = {"Authorization": f"Bearer {person.token}"}
    assert httpx.post(f"{person.whole.url}/graphql", json=query, headers=headers).status_code == 401
    assert person.by_cookie("auth/refresh").status_code == 401
    with pytest.raises(ConnectionClosed) as closed:
        read_out(socket)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4403


def test_a_made_up_cookie_ends_nobodys_session(whole: Platform) -> None:
    person = Person(whole)
    name, _, value = person.cookie.partition("=")
    sid, secret, mark = value.split(".")
    own = person.cookie
    for made in (f"{sid}.{secret[::-1]}.{mark}", f"{sid}.{secret[::-1]}", f"{sid}.{secret}.{mark[::-1]}"):
        person.cookie = f"{name}={made}"
        assert person.by_cookie("auth/refresh").status_code == 401
        assert person.by_cookie("auth/logout").status_code == 204
    person.cookie = own
    time.sleep(5)
    assert person.by_token("GET", "farm/flocks").status_code == 200
    assert person.by_cookie("auth/refresh").status_code == 200
