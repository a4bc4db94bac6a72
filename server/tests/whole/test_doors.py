"""What a stranger, a wrong role or a broken client gets at the gateway: the right 4xx problem, and nothing written."""

import httpx
import pytest
from whole.flock import make_flock

ANIMALS = "/api/v1/farm/animals"


@pytest.fixture(scope="module")
def farmer(whole):
    return whole.user("farmer")


@pytest.fixture(scope="module")
def other(whole):
    return whole.user("farmer")


@pytest.fixture(scope="module")
def flock(farmer):
    return make_flock(farmer)


def is_problem(response: httpx.Response, status: int, code: str | None = None) -> bool:
    assert response.status_code == status, response.text[:500]
    assert response.headers["content-type"].startswith("application/problem+json"), response.headers
    body = response.json()
    assert body["status"] == status
    assert code is None or body["code"] == code, body
    return True


def test_without_a_token(whole, flock) -> None:
    for path in (ANIMALS, "/api/v1/genetics/evaluations", "/api/v1/research/projects", "/api/v1/processing/batches",
                 "/api/v1/profiles/me", "/api/v1/sessions", "/api/v1/chats"):  # fmt: skip
        assert is_problem(httpx.get(whole.url + path, params={"farm_id": flock.farm_id}), 401)


def test_with_a_wrong_role(whole, flock) -> None:
    student = whole.user()
    body = {"farm_id": flock.farm_id, "name": "x", "code": "1"}
    assert is_problem(student._http.post("/api/v1/farm/flocks", json=body), 403, "not_allowed")
    assert is_problem(
        student._http.post("/api/v1/genetics/evaluations", json={"flock_id": flock.id}), 403, "not_allowed"
    )


def test_with_another_farms_id(other, flock, farmer) -> None:
    assert is_problem(other._http.get(f"/api/v1/farm/farms/{flock.farm_id}"), 404)
    assert is_problem(other._http.get(f"/api/v1/farm/flocks/{flock.id}"), 404)
    made = other._http.post("/api/v1/farm/flocks", json={"farm_id": flock.farm_id, "name": "mine now", "code": "77"})
    assert made.status_code in (404, 422), made.text
    run = other._http.post("/api/v1/genetics/evaluations", json={"flock_id": flock.id})
    assert run.status_code in (404, 422), run.text
    listed = other._http.get(ANIMALS, params={"farm_id": flock.farm_id})
    assert listed.status_code in (200, 404)
    assert listed.status_code == 404 or listed.json()["items"] == []
    names = [item["name"] for item in farmer.items("/api/v1/farm/flocks", farm_id=flock.farm_id)]
    assert names == ["Test flock"]


def test_with_a_broken_body(farmer, flock) -> None:
    headers = {"content-type": "application/json"}
    for path in ("/api/v1/farm/farms", "/api/v1/farm/flocks", "/api/v1/genetics/evaluations", "/api/v1/chats"):
        assert is_problem(farmer._http.post(path, content=b'{"name": ', headers=headers), 400, "malformed_json")


def test_with_an_unknown_field(farmer, flock) -> None:
    body = {"farm_id": flock.farm_id, "name": "x", "code": "2", "colour": "blue"}
    answer = farmer._http.post("/api/v1/farm/flocks", json=body)
    assert is_problem(answer, 422, "unknown_field")
    assert answer.json()["errors"][0]["field"] == "colour"
    assert is_problem(farmer._http.post("/api/v1/chats", json={"title": "x", "colour": "blue"}), 422, "unknown_field")


@pytest.mark.parametrize("path", ["/api/v1/farm/farms", "/api/v1/farm/imports", "/api/v1/chats", "/graphql"])
def test_with_100_mb(whole, farmer, path) -> None:
    def stream():
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="f.csv"\r\n\r\n'
        for _ in range(100):
            yield b"x" * 1_000_000

    kind = "multipart/form-data; boundary=x" if path.endswith("imports") else "application/json"
    headers = {"content-type": kind, "authorization": farmer._http.headers["authorization"]}
    by_length = httpx.post(whole.url + path, content=b"x" * 100_000_000, headers=headers, timeout=60)
    assert is_problem(by_length, 413)
    by_stream = httpx.post(whole.url + path, content=stream(), headers=headers, timeout=60)
    assert is_problem(by_stream, 413)


def test_what_is_not_public(whole) -> None:
    for path in ("/metrics", "/api/v1/auth/operator/roles", "/api/v1/auth/internal/revocations", "/no/such/page"):
        assert is_problem(httpx.post(whole.url + path, json={}), 404)


def test_nothing_is_traced(whole) -> None:
    for path in (ANIMALS, "/api/v1/auth/login", "/api/v1/chats", "/oidc/auth", "/account/sign-in", "/graphql", "/docs"):
        answer = httpx.request("TRACE", whole.url + path, headers={"Cookie": "secret=seen"})
        assert answer.status_code in (404, 405, 501), (path, answer.status_code)
        assert "seen" not in answer.text


def test_forged_identity_headers_change_nothing(whole, flock) -> None:
    headers = {"X-User-Id": flock.owner.user_id, "X-Forwarded-User": flock.owner.user_id, "X-Forwarded-For": "10.0.0.1"}
    assert is_problem(httpx.get(whole.url + ANIMALS, params={"farm_id": flock.farm_id}, headers=headers), 401)
