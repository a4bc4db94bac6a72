"""Tells a person at the terminal how the start goes on."""

from __future__ import annotations

import sys
import time

import typer

from bellwether.launch.machine.state import State


class Progress:
    """Prints each sentence and each change of a part once, with the seconds since the start."""

    def __init__(self) -> None:
        self.began = time.monotonic()
        self.seen: dict[str, str] = {}
        self.told: set[str] = set()
        self.ready = False

    def say(self, sentence: str) -> None:
        if sentence not in self.told:
            self.told.add(sentence)
            typer.echo(f"{time.monotonic() - self.began:5.1f} s  {sentence}", err=True)

    def watch(self, state: State) -> None:
        """Compare with what was told already."""
        if state.phase in ("starting", "ready"):
            for note in state.notes:
                self.say(note)
        for name, part in state.parts.items():
            self._part(name, part.state, part.address, part.reason)
        if state.phase == "ready" and not self.ready:
            self.ready = True
            self.say(f"ready: {state.public_url} and {state.public_url_https}")
        if state.phase == "degraded":
            self.ready = False
        sys.stderr.flush()

    def _part(self, name: str, state: str, address: str, reason: str) -> None:
        if self.seen.get(name) == state:
            return
        known, self.seen[name] = self.seen.get(name), state
        if state in ("ready", "external"):
            self._again(f"{name:<14} {state}  {address}")
        elif state == "restarting":
            self._again(f"{name:<14} {reason}, starting it again")
        elif state == "stopped" and known not in (None, "waiting"):
            self._again(f"{name:<14} stopped")

    def _again(self, sentence: str) -> None:
        self.told.discard(sentence)
        self.say(sentence)
