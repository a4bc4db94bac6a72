"""Heavy work in a child process: the worker's event loop stays free, and the child dies with its worker, as
does what it has started itself.

The function travels by its name, arguments and result by pickle.
"""

import asyncio
import contextlib
import ctypes
import importlib
import os
import pickle
import resource
import signal
import struct
import sys
import traceback
from collections.abc import Awaitable, Callable
from typing import BinaryIO, NamedTuple, TypeVar, cast

PR_SET_PDEATHSIG = 1
#: somebody waits for a page in seconds and for a job in minutes
GIVES_WAY = 5
# not `-m`: what this module defines must have the same name on both sides of the pipe
CHILD = f"from {__name__} import main; main()"
LENGTH = struct.Struct(">Q")
T = TypeVar("T")
OnReport = Callable[[float, str | None], Awaitable[None]]


class Limits(NamedTuple):
    """What a child may use: processor time, and memory of its own."""

    cpu_s: int
    memory_bytes: int


class ChildDied(RuntimeError):
    """The child process ended without a result, for example for want of memory."""


class ChildFailed(RuntimeError):
    """The function raised something that cannot travel between processes; the text says what."""


async def in_child(
    fn: Callable[..., T], *args: object, on_report: OnReport | None = None, limits: Limits | None = None
) -> T:
    """Run `fn(*args)` in a child and return its result or raise its error.

    Raises:
        ValueError: the child could not find the function by its name.
        ChildDied: the child was killed or exited, as it is at the end of the processor time that `limits` allow.
        MemoryError: it would have used more memory than they allow.
    """
    if fn.__module__ == "__main__" or "<" in fn.__qualname__:
        raise ValueError(f"{fn.__qualname__} of {fn.__module__}: a child process can only run what it can import")
    task = pickle.dumps((fn.__module__, fn.__qualname__, args, on_report is not None, os.getpid(), limits))
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        CHILD,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        child.stdin.write(LENGTH.pack(len(task)) + task)
        await child.stdin.drain()
        return cast(T, await outcome(child, child.stdout, on_report))
    finally:
        if child.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            await child.wait()


async def outcome(
    child: asyncio.subprocess.Process, answers: asyncio.StreamReader, on_report: OnReport | None
) -> object:
    """Pass the child's reports on until it gives its result."""
    while True:
        try:
            (length,) = LENGTH.unpack(await answers.readexactly(LENGTH.size))
            kind, value = pickle.loads(await answers.readexactly(length))  # noqa: S301 - written by our own child
        except asyncio.IncompleteReadError:
            status = await child.wait()
            raise ChildDied(f"the child process ended with status {status} and no result") from None
        if kind == "report":
            assert on_report is not None
            await on_report(*value)
        elif kind == "error":
            raise value
        else:
            return value


def die_with(parent: int) -> None:
    """Ask the kernel to kill this process when its parent dies, and check that it has not died already."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(1)


def keep_within(limits: Limits | None) -> None:
    """Ask the kernel to end this process where it uses more."""
    if limits is not None:
        resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_s, limits.cpu_s))
        resource.setrlimit(resource.RLIMIT_DATA, (limits.memory_bytes, limits.memory_bytes))


def send(out: BinaryIO, kind: str, value: object) -> None:
    """One frame to the parent."""
    frame = pickle.dumps((kind, value))
    out.write(LENGTH.pack(len(frame)) + frame)
    out.flush()


def portable(error: Exception) -> Exception:
    """The error itself when it survives pickling, else one with its text."""
    try:
        again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    except Exception:
        return ChildFailed("".join(traceback.format_exception(error)))
    return error if type(again) is type(error) else ChildFailed(repr(error))


def resolve(module: str, name: str) -> Callable[..., object]:
    """The function of this name."""
    found: object = importlib.import_module(module)
    for part in name.split("."):
        found = getattr(found, part)
    return cast(Callable[..., object], found)


def main() -> None:
    """The child: read one task, run it, write its outcome. Prints go to standard error, frames to the pipe."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    (length,) = LENGTH.unpack(sys.stdin.buffer.read(LENGTH.size))
    task = pickle.loads(sys.stdin.buffer.read(length))  # noqa: S301 - from our parent
    module, name, args, reports, parent, limits = task
    die_with(parent)
    os.nice(GIVES_WAY)
    keep_within(limits)
    options = {"report": lambda fraction, stage=None: send(out, "report", (fraction, stage))} if reports else {}
    try:
        result = resolve(module, name)(*args, **options)
    except Exception as error:
        traceback.print_exc()
        send(out, "error", portable(error))
    else:
        send(out, "result", result)
