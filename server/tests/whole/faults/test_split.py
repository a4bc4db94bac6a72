"""Eight services in eight processes answer as those that share two, and one that dies takes no other with it.

The same history is told to both platforms and each request goes to both. Values differ; statuses, headers of note and
the shape of the bodies may not.
"""

import json
import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import httpx
import psutil
import pytest
from bellwether.launch.machine import keys
from whole.conftest import Platform
from whole.flock import Flock, make_flock, sheep_file, until, weights_file

N_SHEEP = 12
NOBODY = "00000000-0000-7000-8000-000000000000"
SERVICES = {
    "farm": "/api/v1/farm/farms",
    "genetics": "/api/v1/genetics/traits",
    "research": "/api/v1/research/projects",
    "processing": "/api/v1/processing/batches?farm_id=<farm>",
    "auth": "/api/v1/auth/me",
    "sessions": "/api/v1/sessions",
    "profiles": "/api/v1/profiles/me",
    "chats": "/api/v1/chats",
}
READS = (
    *SERVICES.values(),
    "/api/v1/farm/farms/<farm>",
    "/api/v1/farm/farms/<farm>/members",
    "/api/v1/farm/flocks?farm_id=<farm>",
    "/api/v1/farm/flocks/<flock>",
    "/api/v1/farm/animals?farm_id=<farm>&limit=5",
    "/api/v1/farm/animals/<animal>",
    "/api/v1/farm/weights?flock_id=<flock>&limit=3",
    "/api/v1/farm/imports?farm_id=<farm>",
    "/api/v1/farm/imports/<import>",
    "/api/v1/farm/imports/<import>/rows?accepted=true",
    "/api/v1/farm/jobs?state=succeeded",
    "/api/v1/genetics/evaluations?flock_id=<flock>",
    "/api/v1/genetics/evaluations/<run>",
    "/api/v1/genetics/breeding-values?flock_id=<flock>&trait=PWT&sort=-value",
    "/api/v1/genetics/flocks/<flock>/state",
    "/api/v1/genetics/flocks/<flock>/trend?trait=PWT",
    "/api/v1/genetics/jobs/<run>",
    "/api/v1/genetics/jobs/<run>/events",
    "/api/v1/research/projects/<project>",
    "/api/v1/processing/runs?farm_id=<farm>",
    "/api/v1/auth/permissions",
    "/api/v1/profiles/me/preferences",
    "/api/v1/profiles/me/privacy",
    "/api/v1/profiles/notifications",
    "/api/v1/chats/<chat>",
    "/api/v1/chats/<chat>/messages",
    "/.well-known/jwks.json",
    "/.well-known/openid-configuration",
    "/openapi.json",
    "/docs",
    "/healthz",
    "/readyz",
)
HEADERS = (
    "allow",
    "cache-control",
    "content-encoding",
    "content-security-policy",
    "content-type",
    "referrer-policy",
    "strict-transport-security",
    "vary",
    "www-authenticate",
    "x-content-type-options",
    "x-frame-options",
)
PRESENT = ("etag", "location", "retry-after", "x-request-id")


@dataclass(frozen=True)
class Request:
    """One request, with `<name>` for the ids of the platform that it goes to."""

    path: str
    method: str = "GET"
    who: str = "owner"
    body: str | None = None
    headers: dict[str, str] = field(default_factory=lambda: {"content-type": "application/json"})

    def __str__(self) -> str:
        return f"{self.method} {self.path} of {self.who} {(self.body or '')[:60]}"


def reads() -> list[Request]:
    """What every service shows to somebody who may see it."""
    return [Request(path) for path in READS]


def problems() -> list[Request]:
    """Every service refuses in its own ways: a stranger, a wrong role, what is not there, a broken body."""
    found = [Request(path, who="nobody") for path in SERVICES.values()]
    found += [Request(f"/api/v1/{name}/no-such-thing", method) for name in SERVICES for method in ("GET", "POST")]
    found += [Request(path.partition("?")[0], "PATCH", body="{}") for path in SERVICES.values()]
    makes = ("farm/farms", "farm/flocks", "farm/weights", "genetics/evaluations", "research/projects", "chats")
    for make in makes:
        path = f"/api/v1/{make}"
        found += [Request(path, "POST", body='{"name": '), Request(path, "POST", body='{"colour": "blue"}')]
        found += [Request(path, "POST", "student", body="{}"), Request(path, "POST", body="[" * 20_000)]
    things = (
        "farm/farms",
        "farm/flocks",
        "farm/jobs",
        "genetics/evaluations",
        "research/projects",
        "processing/batches",
    )
    found += [Request(f"/api/v1/{thing}/{name}") for thing in (*things, "chats") for name in (NOBODY, "not-an-id")]
    found += [
        Request("/api/v1/farm/farms?limit=0"),
        Request("/api/v1/farm/farms?cursor=nonsense"),
        Request("/api/v1/chats?cursor=nonsense"),
        Request("/api/v1/farm/flocks/<flock>", who="student"),
        Request("/api/v1/genetics/jobs/<run>/cancel", "POST", "student"),
        Request("/api/v1/genetics/jobs/<run>/retry", "POST"),
        Request("/api/v1/auth/login", "POST", "nobody", '{"email": "no@example.org", "password": "wrong wrong wrong"}'),
        Request("/api/v1/auth/refresh", "POST", "nobody"),
        Request("/api/v1/profiles/me", "PATCH", body='{"name": "X"}'),
        Request("/api/v1/farm/farms", "POST", body="x" * 2_000_000),
        Request("/api/v1/chats", "POST", body="x" * 2_000_000),
        Request("/api/v1/farm/farms", "POST", body="{}", headers={"content-type": "text/plain"}),
        Request("/metrics"),
        Request("/api/v1/auth/internal/revocations?since=0"),
        Request("/no/such/page"),
    ]
    return found


def graph() -> list[Request]:
    """One query over two services, and what is wrong with others."""
    queries = (
        'flock(id: \\"<flock>\\") {animals(first: 2) {nodes {sire {id} weights {weightKg} breedingValues {trait}}}}',
        f'flock(id: \\"{NOBODY}\\") {{name}}',
        "flocks {colour}",
    )
    bodies = [f'{{"query": "{{{query}}}"}}' for query in queries]
    found = [Request("/graphql", "POST", body=body) for body in (*bodies, "{}", "{")]
    return [*found, Request("/graphql", "POST", "nobody", bodies[0])]


@dataclass
class Told:
    """A platform with its history, who may ask it, and the names of things in it."""

    platform: Platform
    flock: Flock
    people: dict[str, httpx.Client]
    names: dict[str, str]

    def ask(self, request: Request) -> httpx.Response:
        path, body = self.named(request.path), self.named(request.body or "") or None
        return self.people[request.who].request(request.method, path, content=body, headers=request.headers)

    def named(self, text: str) -> str:
        for name, value in self.names.items():
            text = text.replace(f"<{name}>", value)
        return text


def tell(platform: Platform, folder) -> Told:
    """A farmer with sheep, weights, an evaluation, a project and a chat."""
    owner, student = platform.user("farmer", "researcher"), platform.user("student")
    flock = make_flock(owner)
    done = flock.load(sheep_file(folder, flock.code, N_SHEEP), "sg")
    days = ["01/03/2024"]
    flock.load(weights_file(folder, "weights.csv", N_SHEEP, days), "weights", trait="PWT", date_order="dmy")
    job = owner.post("/api/v1/genetics/evaluations", {"flock_id": flock.id, "traits": ["PWT"]})
    assert owner.wait(job, lambda _: None)["state"] == "succeeded"
    chat = owner.post("/api/v1/chats", {"title": "About rams"})
    message = {"id": "01ARZ3NDEKTSV4RRFFQ69G5FAV", "role": "user", "content": "Which ram?"}
    owner.post(f"/api/v1/chats/{chat['id']}/messages", message)
    names = {
        "farm": flock.farm_id,
        "flock": flock.id,
        "animal": flock.animals()[0]["id"],
        "import": done["id"],
        "run": job["id"],
        "project": owner.post("/api/v1/research/projects", {"title": "Growth"})["id"],
        "chat": chat["id"],
    }
    until(lambda: len(list(owner.items("/api/v1/processing/runs", farm_id=flock.farm_id))) == 3)
    until(lambda: list(owner.items("/api/v1/profiles/notifications")))
    people = {"owner": owner._http, "student": student._http, "nobody": httpx.Client(base_url=platform.url, timeout=30)}
    return Told(platform, flock, people, names)


@pytest.fixture(scope="module")
def split(start, tmp_path_factory) -> Told:
    return tell(start(split=True), tmp_path_factory.mktemp("split"))


@pytest.fixture(scope="module")
def embedded(whole, tmp_path_factory) -> Told:
    return tell(whole, tmp_path_factory.mktemp("embedded"))


def shape(value: Any) -> Any:
    """Keys and types; of a list the shapes that occur in it."""
    if isinstance(value, dict):
        return {name: shape(value[name]) for name in sorted(value)}
    if isinstance(value, list):
        return sorted({repr(shape(each)) for each in value})
    return "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__


def look(told: Told, request: Request) -> dict[str, Any]:
    """What must be alike in both answers."""
    answer = told.ask(request)
    headers = {name: answer.headers.get(name) for name in HEADERS} | {name: name in answer.headers for name in PRESENT}
    kind = answer.headers.get("content-type", "")
    body: Any = shape(answer.json()) if "json" in kind else bool(answer.content)
    code = answer.json().get("code") if "problem" in kind else None
    return {"status": answer.status_code, "code": code, "headers": headers, "body": body}


@pytest.mark.parametrize("make", [reads, graph, problems])
def test_both_answer_alike(embedded, split, make) -> None:
    different: dict[str, Any] = {}
    for request in make():
        one, other = look(embedded, request), look(split, request)
        assert one["status"] < 500, (str(request), one)
        if one != other:
            different[str(request)] = {name: (one[name], other[name]) for name in one if one[name] != other[name]}
    assert different == {}, json.dumps(different, indent=1)


def test_reads_are_answered(split) -> None:
    """Two platforms that refuse alike would be alike too."""
    assert {path: split.ask(Request(path)).status_code for path in READS} == dict.fromkeys(READS, 200)


def test_the_documents_are_the_same(embedded, split) -> None:
    one, other = (told.ask(Request("/openapi.json")).text.replace(told.platform.url, "") for told in (embedded, split))
    assert one == other


def test_each_service_is_a_process_of_its_own(split) -> None:
    found = split.platform.status()
    assert found["split"] is True
    pids = {found["parts"][name]["pid"] for name in SERVICES}
    assert len(pids) == len(SERVICES)
    assert None not in pids
    assert not {"users", "services"} & set(found["parts"])
    for name in SERVICES:
        assert name in psutil.Process(found["parts"][name]["pid"]).cmdline()


def test_each_process_gives_its_metrics_to_the_secret_alone(embedded, split) -> None:
    for told, names in ((embedded, ("users", "services", "worker")), (split, (*SERVICES, "edge", "worker"))):
        secret = keys.text_file(told.platform.folders, "metrics.secret").read_text().strip()
        for name in names:
            url = f"{told.platform.state.address(name)}/metrics"
            assert httpx.get(url).status_code == 401, name
            found = httpx.get(url, headers={"Authorization": f"Bearer {secret}"})
            assert "process_resident_memory_bytes" in found.text, name


@pytest.mark.faults
@pytest.mark.parametrize("victim", ["farm", "auth"])
def test_kill_9_of_one_leaves_seven_answering(split, victim) -> None:
    others = [Request(path) for name, path in SERVICES.items() if name != victim]
    part = split.platform.state.parts[victim]
    os.kill(part.pid, signal.SIGKILL)
    began, rounds = time.monotonic(), 0
    with ThreadPoolExecutor(len(SERVICES)) as pool:
        # the gateway waits for the dead one a little, so that a short absence is not even seen
        missing = pool.submit(split.ask, Request(SERVICES[victim]))
        while not missing.done() or not rounds:
            answers = list(pool.map(split.ask, others))
            assert [answer.status_code for answer in answers] == [200] * len(others), [each.text for each in answers]
            rounds += 1
        assert missing.result().status_code in (200, 503), missing.result().text
    print(f"{victim} was back after {time.monotonic() - began:.1f} s; the others answered {rounds} rounds")
    split.platform.wait_ready()
    assert split.ask(Request(SERVICES[victim])).status_code == 200
