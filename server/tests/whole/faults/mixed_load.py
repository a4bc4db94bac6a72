"""A mixed load on a platform: reads, log-ins, writes that are retried under one key, and a record of every answer."""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
from bellwether.commands.demo.client import Client
from bellwether.platform.ids import new_id
from whole.conftest import PASSWORD, Platform
from whole.flock import Flock

KINDS = ("log-in", "query", "animal", "chat", "message")
READS = ("farm/animals", "genetics/evaluations", "profiles/me", "auth/me", "sessions", "chats")
QUERY = "{ flocks { nodes { id name animals(first: 3) { nodes { id tag weights { trait } } } } } }"
TOKEN_S = 120
PAUSE_S = 0.2
#: evaluations cost their caller ten tokens a minute
EVALUATION_PAUSE_S = 6.5
ULID_CHARACTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True)
class Answer:
    """What came back of one request; status 0 where nothing came."""

    kind: str
    began: float
    ended: float
    status: int
    headers: httpx.Headers
    text: str

    @property
    def says(self) -> str:
        return f"{self.kind}: {self.status} {self.text[:300]}"

    def fault(self) -> str:
        """Why a caller may not be answered so, however much is dead; empty when it may."""
        if self.kind == "query" and self.status == 200:
            return self.says if [e for e in self.errors() if e["extensions"]["status"] not in (200, 503)] else ""
        if self.status < 400 or (self.status == 409 and "idempotency_running" in self.text):
            return ""
        if self.status == 429 and self.kind == "evaluation":
            return ""
        is_problem = self.headers.get("content-type", "").startswith("application/problem+json")
        tells_when = self.headers.get("retry-after", "").isdigit()
        return "" if self.status == 503 and is_problem and tells_when else self.says

    def errors(self) -> list[dict[str, Any]]:
        """Those of a query."""
        return list(self.json().get("errors", []))

    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def is_good(self) -> bool:
        return 200 <= self.status < 300 and not (self.kind == "query" and self.errors())


@dataclass
class Record:
    """Every answer, of all actors."""

    answers: list[Answer] = field(default_factory=list)

    def good_since(self, moment: float) -> set[str]:
        """The kinds of requests that began after a moment and went well."""
        return {answer.kind for answer in tuple(self.answers) if answer.began > moment and answer.is_good}


class Actor(threading.Thread):
    """One person who does one thing over and over."""

    def __init__(self, platform: Platform, record: Record, act: Callable[["Actor"], None], email: str) -> None:
        super().__init__(daemon=True)
        self.http = httpx.Client(base_url=platform.url, timeout=30)
        self.record, self.act, self.email = record, act, email
        self.is_over = threading.Event()
        self.failure: Exception | None = None
        self.token_until = 0.0

    def run(self) -> None:
        try:
            while not self.is_over.is_set():
                if time.monotonic() > self.token_until:
                    self.log_in()
                self.act(self)
                self.is_over.wait(PAUSE_S)
        except Exception as error:
            self.failure = error

    def log_in(self) -> None:
        body = {"email": self.email, "password": PASSWORD}
        answer = self.ask("log-in", "POST", "/api/v1/auth/login", json=body)
        if answer.is_good:
            token = answer.json()["access_token"]
            self.http.headers["Authorization"] = f"Bearer {token}"
            self.token_until = time.monotonic() + TOKEN_S

    def ask(self, kind: str, method: str, path: str, **sent: Any) -> Answer:
        began = time.monotonic()
        try:
            found = self.http.request(method, path, **sent)
            status, headers, text = found.status_code, found.headers, found.text
        except httpx.TransportError as error:
            status, headers, text = 0, httpx.Headers(), repr(error)
        answer = Answer(kind, began, time.monotonic(), status, headers, text)
        self.record.answers.append(answer)
        return answer


@dataclass
class Writes:
    """One kind of thing that is made over and over, and the ids of those that were acknowledged."""

    kind: str
    path: str
    body: dict[str, Any]
    pause_s: float = 0.0
    made: list[str] = field(default_factory=list)

    def __call__(self, actor: Actor) -> None:
        """One thing is made: tried under one key until it is acknowledged, and then once more."""
        key = {"Idempotency-Key": uuid4().hex}
        made = self.until_acknowledged(actor, key)
        if made is None:
            return
        self.made.append(made)
        again = self.until_acknowledged(actor, key)
        assert again in (None, made), f"{self.kind}: one key made {made} and {again}"
        actor.is_over.wait(self.pause_s)

    def until_acknowledged(self, actor: Actor, key: dict[str, str]) -> str | None:
        while not actor.is_over.is_set():
            answer = actor.ask(self.kind, "POST", self.path, json=self.body, headers=key)
            if answer.is_good:
                return str(answer.json()["id"])
            actor.is_over.wait(2.0 if answer.status == 429 else 0.1)
        return None


class Load:
    """Actors on one flock, each a user of its own, so that nobody's session ends another's."""

    def __init__(self, platform: Platform, flock: Flock) -> None:
        self.platform, self.flock, self.record = platform, flock, Record()
        newborn = {"farm_id": flock.farm_id, "flock_id": flock.id, "sex": "female"}
        wanted = {"flock_id": flock.id, "traits": ["PWT"], "reliability": "none"}
        self.animals = Writes("animal", "/api/v1/farm/animals", newborn)
        self.chats = Writes("chat", "/api/v1/chats", {"title": "a talk"})
        self.evaluations = Writes("evaluation", "/api/v1/genetics/evaluations", wanted, EVALUATION_PAUSE_S)
        self.chat_id = ""
        self.messages: list[str] = []
        self.actors = {
            name: Actor(platform, self.record, act, self.new_worker())
            for name, act in {
                "reader": self.read, "asker": self.query, "visitor": Actor.log_in, "shepherd": self.animals,
                "starter": self.chats, "talker": self.append, "geneticist": self.evaluations,
            }.items()
        }  # fmt: skip

    def new_worker(self) -> str:
        """The address of a new user who works on the farm."""
        email = f"u{uuid4().hex[:12]}@example.org"
        user_id = self.platform.user("farmer", email=email).user_id  # type: ignore[attr-defined]
        members = f"/api/v1/farm/farms/{self.flock.farm_id}/members"
        self.flock.owner.post(members, {"user_id": user_id, "role": "worker"})
        return email

    def as_actor(self, name: str) -> Client:
        """A client of the same user."""
        client = Client(self.platform.url)
        client.login(self.actors[name].email, PASSWORD)
        return client

    def start(self) -> None:
        """Everybody begins."""
        for actor in self.actors.values():
            actor.start()

    def last(self, kinds: set[str]) -> list[str]:
        """The last answer of each kind that is missed."""
        return list({answer.kind: answer.says for answer in self.record.answers if answer.kind in kinds}.values())

    def stop(self) -> None:
        """Everybody ends; what broke one of them is raised."""
        for actor in self.actors.values():
            actor.is_over.set()
        for actor in self.actors.values():
            actor.join(60)
            if actor.failure:
                raise actor.failure

    def read(self, actor: Actor) -> None:
        for path in READS:
            params = {"farm_id": self.flock.farm_id} if path == "farm/animals" else None
            actor.ask(path, "GET", f"/api/v1/{path}", params=params)

    def query(self, actor: Actor) -> None:
        actor.ask("query", "POST", "/graphql", json={"query": QUERY})

    def append(self, actor: Actor) -> None:
        """A message under an id of the client's own, until it is acknowledged."""
        if not self.chat_id:
            made = actor.ask("chat", "POST", "/api/v1/chats", json={"title": "talk"})
            self.chat_id = made.json()["id"] if made.is_good else ""
            return
        message = {"id": ulid(), "role": "user", "content": "Which ram?"}
        while not actor.is_over.is_set():
            if actor.ask("message", "POST", f"/api/v1/chats/{self.chat_id}/messages", json=message).is_good:
                self.messages.append(message["id"])
                return
            actor.is_over.wait(0.1)


def ulid() -> str:
    """A ulid of a UUID of version 7: both begin with the time."""
    number = new_id().int >> 1
    return "".join(ULID_CHARACTERS[number >> 5 * place & 31] for place in reversed(range(26)))
