"""What the launcher tells a person when it cannot go on."""

from __future__ import annotations


class LaunchError(Exception):
    """One sentence about what is wrong, one about what to do."""

    def __init__(self, problem: str, remedy: str = "", exit_code: int = 1) -> None:
        super().__init__(problem)
        self.problem = problem
        self.remedy = remedy
        self.exit_code = exit_code

    def __str__(self) -> str:
        return f"{self.problem} {self.remedy}".strip()


class AlreadyRunning(LaunchError):
    """Another launcher holds this data folder."""


class PortTaken(LaunchError):
    """A port that a part was given belongs to another program by now."""
