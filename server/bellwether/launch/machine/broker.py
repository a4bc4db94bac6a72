"""One question to the broker, over a plain socket: the supervisor asks every two seconds and stays small."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any

from bellwether.launch.machine import keys
from bellwether.launch.machine.folders import Folders
from bellwether.launch.machine.probe import ANSWER_SECONDS, Probe

INFO, DEAD_LETTERS = "$JS.API.INFO", "$JS.API.STREAM.INFO.DLQ"
USER = "launcher"
#: nobody else may hear what is answered to us
INBOX = f"_INBOX_{USER}.answer"
#: what the launcher's user may do at the broker
ALLOWED = {"publish": [INFO, DEAD_LETTERS], "subscribe": [INBOX]}


@dataclass(frozen=True)
class Broker:
    """Where it listens, and the password of the launcher's user."""

    port: int
    password: str

    @classmethod
    def of(cls, folders: Folders, port: int) -> Broker:
        """The broker of this state folder. Its monitor stays shut, for that asks nobody who he is."""
        return cls(port, keys.password(folders, f"nats-{USER}"))

    async def ask(self, subject: str) -> dict[str, Any]:
        """What JetStream answers.

        Raises:
            OSError, TimeoutError: no answer.
            ValueError: it refuses us, or JetStream is not there.
        """
        async with asyncio.timeout(ANSWER_SECONDS):
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            try:
                login = {"user": USER, "pass": self.password, "verbose": False, "headers": True, "no_responders": True}
                lines = (f"CONNECT {json.dumps(login)}", f"SUB {INBOX} 1", f"PUB {subject} {INBOX} 0", "", "")
                writer.write("\r\n".join(lines).encode())
                return dict(json.loads(await _message(reader)))
            finally:
                writer.close()

    def jetstream(self) -> Probe:
        """Ready when JetStream takes questions."""

        async def probe() -> str | None:
            try:
                answer = await self.ask(INFO)
            except (OSError, TimeoutError, ValueError) as error:
                return f"no answer on port {self.port} ({error or type(error).__name__})"
            return str(answer["error"]) if "error" in answer else None

        return probe


async def _message(reader: asyncio.StreamReader) -> bytes:
    """The body of the next message; what the broker says before it is not for us."""
    while line := (await reader.readline()).decode():
        words = line.split()
        if words[:1] == ["MSG"]:
            return await reader.readexactly(int(words[-1]))
        # a message with headers is the broker's own: nobody listens to that subject
        if words[:1] in (["-ERR"], ["HMSG"]):
            raise ValueError(line.strip())
    raise ConnectionResetError("the broker has closed the connection")
