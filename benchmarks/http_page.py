"""`./bellwether bench http`: one page of animals, at the service's own port and at the gateway.

1. Requests per second of `GET /api/v1/farm/animals` with token, row-level security and validation, beside the same
   query through bare asyncpg in a bare Starlette application: one process each, three rounds in turn, median.
2. Many simultaneous users at the gateway, each asking every two seconds for 30 s: errors and latencies.
"""

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import httpx
import orjson
from bellwether.commands.demo.client import Client
from bellwether.commands.demo.steps import FILES, DemoFlock
from bellwether.farm.animals.repository import PAGE_SQL
from bellwether.launch.machine import keys, ports
from bellwether.launch.machine.folders import Folders
from bellwether.launch.machine.state import State
from bellwether.launch.watch.platform import ensure_up
from load import Result, flat_out, get, users
from rich.console import Console
from rich.progress import track
from rich.table import Table

ROUNDS, LIMIT = 3, 50
RATIO = 0.4
console = Console(stderr=True)


def flock(data: Path) -> tuple[State, DemoFlock]:
    """The platform with the example flock in it."""
    state = ensure_up(data)
    demo = DemoFlock(Client(state.public_url), Folders.of(data), state)
    demo.account()
    demo.place()
    for name, options in FILES:
        demo.load(name, options, lambda _: None)
    return state, demo


def tokens(state: State, demo: DemoFlock, count: int) -> list[str]:
    """Access tokens of `count` real users who may all read the flock.

    Accounts are made at the auth service's own port from many loopback addresses: its limits are per address.
    """
    folders = demo.folders
    password = keys.password(folders, "bench-users")
    auth = state.address("auth" if state.split else "users")
    secret = keys.text_file(folders, "operator.secret").read_text().strip()
    members = {m["user_id"] for m in demo.client.items(f"/api/v1/farm/farms/{demo.farm['id']}/members")}
    found = []
    for number in track(range(count), description=f"{count} users log in", console=console):
        source = f"127.0.{1 + number // 8}.{1 + number % 8}"
        with httpx.Client(base_url=auth, transport=httpx.HTTPTransport(local_address=source), timeout=30) as http:
            found.append(one_token(http, secret, f"bench{number}@example.org", password, demo, members))
    return found


def one_token(http: httpx.Client, secret: str, email: str, password: str, demo: DemoFlock, members: set[str]) -> str:
    """Log one user in, making the account and the membership on the first run."""
    credentials = {"email": email, "password": password}
    answer = http.post("/api/v1/auth/login", json=credentials)
    if answer.status_code == 401:
        http.post("/api/v1/auth/register", json={**credentials, "name": "Bench"}).raise_for_status()
        roles = {"email": email, "roles": ["farmer"]}
        headers = {"Authorization": f"Operator {secret}"}
        http.post("/api/v1/auth/operator/roles", json=roles, headers=headers).raise_for_status()
        answer = http.post("/api/v1/auth/login", json=credentials)
    answer.raise_for_status()
    body = answer.json()
    if body["user"]["id"] not in members:
        demo.client.post(
            f"/api/v1/farm/farms/{demo.farm['id']}/members", {"user_id": body["user"]["id"], "role": "viewer"}
        )
    return str(body["access_token"])


def start_bare(state: State, demo: DemoFlock, port: int) -> "subprocess.Popen[bytes]":
    """The peer, as a superuser whom no policy binds."""
    password = keys.password(demo.folders, "postgres")
    environment = os.environ | {
        "BARE_DSN": f"postgresql://postgres:{password}@127.0.0.1:{state.ports['postgres']}/bellwether",
        "BARE_QUERY": PAGE_SQL,
        "BARE_ARGUMENTS": orjson.dumps([demo.farm["id"], demo.flock["id"], None, LIMIT + 1]).decode(),
        "BARE_PORT": str(port),
    }
    process = subprocess.Popen([sys.executable, str(Path(__file__).with_name("bare.py"))], env=environment)
    for _ in range(200):
        try:
            httpx.get(f"http://127.0.0.1:{port}/animals", timeout=2).raise_for_status()
            return process
        except httpx.HTTPError:
            time.sleep(0.05)
    process.kill()
    raise RuntimeError("the bare peer did not start")


async def side_by_side(
    own: str, own_requests: list[bytes], bare: str, seconds: float
) -> tuple[list[Result], list[Result]]:
    """Rounds in turn, so that noise meets both."""
    bare_requests = [get(bare, {})]
    await flat_out(own, own_requests, 1.5)
    await flat_out(bare, bare_requests, 1.5)
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(await flat_out(own, own_requests, seconds))
        theirs.append(await flat_out(bare, bare_requests, seconds))
    return ours, theirs


def measure(arguments: argparse.Namespace) -> dict[str, float]:
    """Both measurements."""
    state, demo = flock(arguments.data)
    all_tokens = tokens(state, demo, arguments.users)
    page = f"/api/v1/farm/animals?farm_id={demo.farm['id']}&flock_id={demo.flock['id']}&limit={LIMIT}"
    own = state.address("farm" if state.split else "services") + page
    gateway = state.public_url + page
    port = next(number for number in range(21800, ports.CEILING) if ports.is_free(number))
    bare = f"http://127.0.0.1:{port}/animals"
    peer = start_bare(state, demo, port)
    try:
        headers = [{"Authorization": f"Bearer {token}"} for token in all_tokens]
        ours, theirs = asyncio.run(side_by_side(own, [get(own, h) for h in headers], bare, arguments.seconds))
    finally:
        peer.terminate()
        peer.wait(10)
    crowd = asyncio.run(users(gateway, [get(gateway, h) for h in headers], 30.0, 2.0))
    return {
        "own_per_second": statistics.median(r.per_second for r in ours),
        "bare_per_second": statistics.median(r.per_second for r in theirs),
        "ratio": statistics.median(a.per_second / b.per_second for a, b in zip(ours, theirs, strict=True)),
        "own_errors": sum(len(r.errors) for r in ours),
        "users": arguments.users,
        "users_requests": len(crowd.latencies),
        "users_errors": len(crowd.errors),
        "users_p50_ms": crowd.percentile_ms(0.5),
        "users_p95_ms": crowd.percentile_ms(0.95),
        "users_p99_ms": crowd.percentile_ms(0.99),
    }


def rows(found: dict[str, float]) -> list[dict[str, object]]:
    """The figures as every benchmark prints them for a program."""
    page, crowd = f"pages of {LIMIT}, 2,000 animals", f"{found['users']:.0f} users at the gateway"
    errors = f"{found['own_errors']:.0f} errors"
    own = {"value": found["own_per_second"], "unit": "requests/s", "target": None, "met": None}
    peer = {"peer": "bare asyncpg in bare Starlette", "peer_value": found["bare_per_second"], "ratio": found["ratio"]}
    none = {"peer": "", "peer_value": None, "ratio": None}
    ratio = {"value": found["ratio"], "unit": "of the peer", "target": RATIO, "met": found["ratio"] >= RATIO}
    p95 = {"value": found["users_p95_ms"], "unit": "ms", "target": 500.0, "met": found["users_p95_ms"] <= 500.0}
    answered = f"{found['users_requests']:.0f} answers, {found['users_errors']:.0f} errors"
    return [
        {"step": "one process", "size": page, **own, **peer, "remark": errors},
        {"step": "ratio to the raw driver", "size": page, **ratio, **peer, "remark": "median of rounds in turn"},
        {"step": "p95", "size": crowd, **p95, **none, "remark": answered},
    ]


def show(found: dict[str, float]) -> None:
    """A table for a person."""
    table = Table("what", "value", title=f"GET /api/v1/farm/animals, pages of {LIMIT}, 2,000 animals")
    table.add_row("bellwether, one process, own port", f"{found['own_per_second']:,.0f} requests/s")
    table.add_row("bare asyncpg in bare Starlette, one process", f"{found['bare_per_second']:,.0f} requests/s")
    table.add_row(f"ratio (median of rounds; target {RATIO})", f"{found['ratio']:.2f}")
    table.add_row(f"{found['users']:.0f} users through the gateway, answers", f"{found['users_requests']:,.0f}")
    table.add_row("errors", f"{found['users_errors']:.0f}")
    table.add_row(
        "p50 / p95 / p99 (target: p95 under 500 ms)",
        " / ".join(f"{found[f'users_p{p}_ms']:.0f} ms" for p in (50, 95, 99)),
    )
    Console().print(table)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--seconds", type=float, default=6.0)
    parser.add_argument("--users", type=int, default=500)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    found = measure(arguments)
    if arguments.json:
        print(json.dumps({"rows": rows(found)}, indent=2))
    else:
        show(found)


if __name__ == "__main__":
    main()
