"""What another user of the machine tries: every door, file and process of a running platform.

Each function answers with what was given that should not have been, and runs in a child that has become that user, so
it takes nothing but the standard library, imported before.
"""

import errno
import http.client
import json
import os
import socket
import stat
import struct
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path

#: nobody's number: `nobody` may own PostgreSQL's files
UID = 65_533
REFUSED = {errno.EACCES, errno.EPERM}
GONE = {errno.ENOENT, errno.ESRCH}
LOGIN_NEEDED = 401
#: PostgreSQL asks for SCRAM
SASL = 10
Breaches = list[str]


def as_another_user(look: Callable[[], Breaches]) -> Breaches:
    """What `look` finds as somebody who is neither us nor root."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        found = ["it broke off"]
        try:
            os.setgroups([])
            os.setresgid(UID, UID, UID)
            os.setresuid(UID, UID, UID)
            os.chdir("/")
            found = look()
        except BaseException:
            found = [traceback.format_exc()]
        finally:
            with os.fdopen(writer, "w") as out:
                json.dump(found, out)
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as answer:
        found = json.load(answer)
    os.waitpid(child, 0)
    return list(found)


def refused(what: str, act: Callable[[], object]) -> Breaches:
    """Nothing, if the kernel says no, or what it is about has left meanwhile."""
    try:
        act()
    except OSError as error:
        return [] if error.errno in REFUSED | GONE else [f"{what}: {error}"]
    return [what]


def files(paths: Iterable[Path]) -> Breaches:
    """Read and write each file, list and fill each folder."""
    found: Breaches = []
    for path in paths:
        if stat.S_ISDIR(mode_of(path)):
            found += refused(f"list {path}", lambda path=path: list(path.iterdir()))
            found += refused(f"write into {path}", lambda path=path: (path / "foreign").write_text("x"))
        else:
            found += [*refused(f"read {path}", lambda path=path: path.open("rb")), *writing(path)]
    return found


def mode_of(path: Path) -> int:
    """Of what can be looked at, else 0."""
    try:
        return path.stat().st_mode
    except OSError:
        return 0


def programs(paths: Iterable[Path]) -> Breaches:
    """Change what the platform runs, and the folders in which it lies."""
    return [breach for path in paths for each in (path, *path.parents[:-1]) for breach in writing(each)]


def writing(path: Path) -> Breaches:
    """Whether the file, or the folder, can be written; /tmp and its like are sticky."""
    is_sticky = bool(mode_of(path) & stat.S_ISVTX)
    return [f"write {path}"] if os.access(path, os.W_OK) and not is_sticky else []


def processes(pids: Iterable[int], secrets: Iterable[str]) -> Breaches:
    """Their environments, memory, files and networks; their command lines anybody may read."""
    found: Breaches = []
    for pid in pids:
        at = Path(f"/proc/{pid}")
        for name in ("environ", "mem"):
            found += refused(f"read {at / name}", lambda path=at / name: path.read_bytes())
        found += refused(f"list {at}/fd", lambda at=at: list((at / "fd").iterdir()))
        found += refused(f"enter the network of {pid}", lambda at=at: (at / "ns/net").open())
        found += refused(f"signal {pid}", lambda pid=pid: os.kill(pid, 0))
        try:
            words = (at / "cmdline").read_text(errors="replace")
        except OSError:
            continue
        found += [f"a secret on the command line of {pid}" for secret in secrets if secret in words]
    return found


def sockets(paths: Iterable[str]) -> Breaches:
    """Connect to each Unix socket."""
    found: Breaches = []
    for path in paths:
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            with socket.socket(socket.AF_UNIX, kind) as caller:
                found += refused(f"connect to {path}", lambda path=path, caller=caller: caller.connect(path))
    return found


def http_port(port: int, requests: Iterable[tuple[str, str]]) -> Breaches:
    """Each request without a secret, and with guessed ones."""
    found: Breaches = []
    guesses = ({}, *({"Authorization": f"{scheme} guessed"} for scheme in ("Bearer", "Service", "Operator")))
    for method, path in requests:
        for headers in guesses:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
            body = None if method == "GET" else "{}"
            connection.request(method, path, body, {"Content-Type": "application/json", **headers})
            status = connection.getresponse().status
            connection.close()
            if status != LOGIN_NEEDED:
                found.append(f"{method} {path} with {headers or 'nothing'}: {status}")
    return found


def postgres_port(port: int, roles: Iterable[str], databases: Iterable[str]) -> Breaches:
    """Log in as each role without a password."""
    found: Breaches = []
    for role in roles:
        for database in databases:
            words = f"user\0{role}\0database\0{database}\0\0".encode()
            with socket.create_connection(("127.0.0.1", port), timeout=20) as caller:
                caller.sendall(struct.pack("!ii", 8 + len(words), 196_608) + words)
                answer = caller.recv(9)
            kind, asked = answer[:1], struct.unpack("!i", answer[5:9])[0]
            if kind == b"R" and asked != SASL:
                found.append(f"{role} at {database}: {answer!r}")
    return found


def nats_port(port: int, logins: Iterable[dict[str, str]]) -> Breaches:
    """Ask JetStream without a password, and with guessed ones."""
    found: Breaches = []
    for login in logins:
        with socket.create_connection(("127.0.0.1", port), timeout=20) as caller:
            asking = f"CONNECT {json.dumps(login)}\r\nSUB > 1\r\nPUB $JS.API.STREAM.NAMES answer 0\r\n\r\nPING\r\n"
            caller.sendall(asking.encode())
            heard = b""
            while piece := caller.recv(1 << 16):
                heard += piece
                if b"PONG" in heard or b"MSG" in heard:
                    found.append(f"{login}: {heard!r}")
                    break
            if b"Authorization Violation" not in heard:
                found.append(f"{login}: {heard!r}")
    return found
