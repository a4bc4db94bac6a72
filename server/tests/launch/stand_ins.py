"""Plans for the tests: the real stores, broker and gateway, with tiny stand-ins for our own services."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from bellwether.cli import main
from bellwether.launch.composition import platform_plan
from bellwether.launch.install.debian_packages import Say
from bellwether.launch.machine.folders import Folders
from bellwether.launch.machine.ports import choose
from bellwether.launch.machine.probe import http
from bellwether.launch.plan import Part, Plan, by, dies_with_us
from bellwether.launch.watch import child

BODY_TIMEOUT_S = 4
MIRROR = Path(__file__).with_name("stand_in_service.py")


def plan(folders: Folders, split: bool, wanted: Mapping[str, int], say: Say) -> Plan:
    """The platform with stand-ins for what Python and Bun run."""
    real = platform_plan.plan(folders, split, wanted, say)
    return replace(real, parts=tuple(_stand_in(part) for part in real.parts))


def _stand_in(part: Part) -> Part:
    if part.once:
        return replace(part, command=dies_with_us("/bin/true"))
    if part.name == "gateway":
        return replace(part, env={**part.env, "GATEWAY_BODY_TIMEOUT": f"{BODY_TIMEOUT_S}s"})
    if part.name in ("postgres", "dynoxide", "dynoxide-keys", "nats"):
        return part
    return replace(part, command=mirror(part.ports[0], part.name))


def mirror(port: int, name: str) -> tuple[str, ...]:
    return dies_with_us(sys.executable, "-S", "-E", str(MIRROR), str(port), name)


def small(folders: Folders, split: bool, wanted: Mapping[str, int], say: Say) -> Plan:
    """Two parts, one of which needs the other: for what needs no database."""
    folders.make()
    ports, moved = choose(["services", "users"], wanted)
    first = _small(folders, "services", ports["services"])
    second = replace(_small(folders, "users", ports["users"]), needs=("services",))
    return Plan((first, second), ports, tuple(moved), f"http://127.0.0.1:{ports['services']}")


def versioned(folders: Folders, split: bool, wanted: Mapping[str, int], say: Say) -> Plan:
    """The first of two parts is another one when the file that the environment names has changed."""
    found = small(folders, split, wanted, say)
    version = Path(os.environ["STAND_IN_VERSION"]).read_text()
    return replace(found, parts=(replace(found.parts[0], version=version), found.parts[1]))


def older(folders: Folders, split: bool, wanted: Mapping[str, int], say: Say) -> Plan:
    """The first version writes notes that hold something else."""
    found = versioned(folders, split, wanted, say)
    if found.parts[0].version == "1":
        vars(child)["vars"] = lambda note: {"name": note.name, "stop_seconds": 3, "what_was": "then"}
    return found


def command_that_fetches() -> None:
    """`bellwether` on a machine where two things are fetched at once, of which neither ever comes."""

    def fetch(folders: Folders, say: Say) -> None:
        with ThreadPoolExecutor() as pool:
            pages = pool.submit(subprocess.run, ["sleep", "300"], cwd=folders.data, check=True)
            say("fetching")
            subprocess.run(["sleep", "300"], cwd=folders.data, check=True)
            pages.result()

    vars(platform_plan)["prepare"] = fetch
    main()


def growing(folders: Folders, split: bool, wanted: Mapping[str, int], say: Say) -> Plan:
    """The second version has a step that the first one has not."""
    found = versioned(folders, split, wanted, say)
    users = found.parts[1]
    steps = (Part("step", dies_with_us("/bin/true"), once=True),) if found.parts[0].version == "2" else ()
    return replace(found, parts=(*steps, replace(users, needs=())))


def failing(folders: Folders, split: bool, wanted: Mapping[str, int], say: Say) -> Plan:
    """A part that cannot start."""
    folders.make()
    command = dies_with_us("/bin/sh", "-c", "echo the disk is upside down; exit 7")
    return Plan((Part("broken", command, ready=by(http(1, "/"))),))


def breeding(folders: Folders, split: bool, wanted: Mapping[str, int], say: Say) -> Plan:
    """A part with children of its own, which outlive their parent unless somebody ends them."""
    found = small(folders, split, wanted, say)
    words = map(shlex.quote, found.parts[0].command[-4:])
    parent = replace(found.parts[0], command=dies_with_us("/bin/sh", "-c", BREEDER.format(*words)))
    return replace(found, parts=(parent, found.parts[1]))


def slow(folders: Folders, split: bool, wanted: Mapping[str, int], say: Say) -> Plan:
    """Parts that listen long after their ports were found free, as Python services do."""
    return _through(small(folders, split, wanted, say), "sleep 1; exec")


def sharing(folders: Folders, split: bool, wanted: Mapping[str, int], say: Say) -> Plan:
    """The same, but they let others listen beside them, as Caddy does."""
    return _through(small(folders, split, wanted, say), "sleep 1; SHARED_PORT=1 exec")


def _through(plan: Plan, shell: str) -> Plan:
    def change(part: Part) -> Part:
        words = shlex.join([sys.executable, *part.command[-5:]])
        return replace(part, command=dies_with_us("/bin/sh", "-c", f"{shell} {words}"))

    return replace(plan, parts=tuple(change(part) for part in plan.parts))


#: one of them leaves the session, as a daemon does
BREEDER = f"setsid sleep 300 & sleep 301 & exec {shlex.quote(sys.executable)} -S -E {{1}} {{2}} {{3}}"


def _small(folders: Folders, name: str, port: int) -> Part:
    return Part(
        name,
        mirror(port, name),
        env={"BELLWETHER_DATA_DIR": str(folders.data)},
        ready=by(http(port, "/readyz")),
        ports=(port,),
        address=f"http://127.0.0.1:{port}",
        version="1",
    )
