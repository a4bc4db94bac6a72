"""`dead-letters`: the messages that no consumer could take, and another chance for them once the cause is mended."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any, TypeVar

import nats
import typer
from nats.errors import Error as NatsError
from nats.js import JetStreamContext

from bellwether.commands.options import AsJson, DataDir
from bellwether.launch.errors import LaunchError
from bellwether.launch.machine import keys
from bellwether.launch.machine.folders import Folders
from bellwether.launch.machine.state import running_state
from bellwether.platform.events.dead_letters import ConsumerGone, DeadLetter, NoDeadLetter, list_letters, replay_letter

T = TypeVar("T")
ANSWER_S = 5.0
HEADINGS = ("number", "since", "consumer", "subject", "error")
EXAMPLES = "Examples: ./bellwether dead-letters list; ./bellwether dead-letters replay 3"

app = typer.Typer(help=f"Messages that no consumer could take.\n\n{EXAMPLES}", no_args_is_help=True)
Consumer = Annotated[str | None, typer.Option("--consumer", help="Only those of this consumer.")]


@app.command("list")
def show(
    data: DataDir,
    consumer: Consumer = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many at most, the oldest first.")] = 100,
    as_json: AsJson = False,
) -> None:
    """Show them with the error and the trace that they ended with.

    Example: ./bellwether dead-letters list --json
    """
    found = ask(data, lambda js: list_letters(js, consumer=consumer, limit=limit))
    if as_json:
        typer.echo(json.dumps([document(letter) for letter in found], indent=1))
    elif found:
        table([HEADINGS, *(row(letter) for letter in found)])
    else:
        typer.echo("There are no dead letters.")


@app.command()
def replay(
    data: DataDir,
    number: Annotated[list[int] | None, typer.Argument(help="The numbers that `list` shows.")] = None,
    consumer: Annotated[str | None, typer.Option("--consumer", help="All those of this consumer.")] = None,
    as_json: AsJson = False,
) -> None:
    """Give them to their consumers again. What cannot be taken comes back as a new dead letter.

    Example: ./bellwether dead-letters replay 3 4
    """
    if bool(number) == bool(consumer):
        raise LaunchError("Which ones?", "Give their numbers, or --consumer NAME for all of one consumer.")
    sent = ask(data, lambda js: send(js, number or [], consumer))
    if as_json:
        typer.echo(json.dumps([document(letter) for letter in sent], indent=1))
        return
    for letter in sent:
        typer.echo(f"{letter.seq}: sent to {letter.consumer} again")
    if not sent:
        typer.echo("There are no dead letters.")


async def send(js: JetStreamContext, numbers: list[int], consumer: str | None) -> list[DeadLetter]:
    """Those with these numbers, or all of one consumer that lie there now."""
    if consumer:
        numbers = [letter.seq for letter in await list_letters(js, consumer=consumer, limit=10_000)]
    return [await replay_letter(js, number) for number in dict.fromkeys(numbers)]


def ask(data: Path, make: Callable[[JetStreamContext], Awaitable[T]]) -> T:
    """What `make` finds at the broker of this platform.

    Raises:
        LaunchError: it is not running, its broker is silent, or there is no such letter.
    """

    async def run() -> T:
        async with broker(Folders.of(data)) as js:
            return await make(js)

    try:
        return asyncio.run(run())
    except (NoDeadLetter, ConsumerGone) as error:
        raise LaunchError(f"{error}.", f"See {Folders.of(data).command('dead-letters list')}.") from error
    except (NatsError, OSError, TimeoutError) as error:
        raise LaunchError(f"NATS does not answer: {error!r}.", f"See {Folders.of(data).command('status')}.") from error


@asynccontextmanager
async def broker(folders: Folders) -> AsyncIterator[JetStreamContext]:
    """JetStream of the running platform, as the worker's user: the one who may read and write every stream."""
    state = running_state(folders)
    url, password = f"nats://127.0.0.1:{state.ports['nats']}", keys.password(folders, "nats-worker")
    client = await nats.connect(
        url, name="dead-letters", user="worker", password=password, allow_reconnect=False, connect_timeout=2,
        error_cb=silent,
    )  # fmt: skip
    try:
        yield client.jetstream(timeout=ANSWER_S)
    finally:
        await client.close()


async def silent(_: Exception) -> None:
    """The error comes as an exception too, and that one is told."""


def document(letter: DeadLetter) -> dict[str, Any]:
    """For a program: everything, with the event itself where it is JSON."""
    try:
        event = json.loads(letter.body)
    except ValueError:
        event = letter.body.decode(errors="replace")
    return {
        "number": letter.seq,
        "since": letter.at,
        "stream": letter.stream,
        "consumer": letter.consumer,
        "subject": letter.origin_subject,
        "error": letter.error,
        "trace_id": letter.trace_id,
        "event": event,
    }


def row(letter: DeadLetter) -> tuple[str, ...]:
    """For a person: one line."""
    return (str(letter.seq), letter.at[:19], letter.consumer, letter.origin_subject, letter.error[:80])


def table(rows: list[tuple[str, ...]]) -> None:
    """Columns as wide as their widest word."""
    widths = [max(len(cells[column]) for cells in rows) for column in range(len(HEADINGS))]
    for cells in rows:
        typer.echo("  ".join(word.ljust(width) for word, width in zip(cells, widths, strict=True)).rstrip())
