"""Functions for the child process of the tests."""

import os
import subprocess

from bellwether.modelling.findings import refuse as refuse_input
from bellwether.platform.problems import Problem, RowError


class TooFewSheep(Problem):
    status, code, title = 422, "too_few_sheep", "Too few sheep"


class NoShed(Problem):
    status, code, title = 422, "no_shed", "There is no shed"

    def __init__(self, message: str, fix: str) -> None:
        super().__init__(message, errors=[RowError(code=self.code, message=message, fix=fix)])


class Odd(Exception):
    def __init__(self, one: int, two: int) -> None:
        super().__init__(f"{one} and {two}")


def add(a: int, b: int) -> int:
    print("a print does not disturb the frames")
    return a + b


def refuse() -> None:
    raise TooFewSheep("only three", errors=[RowError(row=3, code="x", message="y")])


def refuse_by_two() -> None:
    raise NoShed("no shed", "build one")


def find_fault() -> None:
    raise refuse_input("flock.csv", 3, "no_date", "no date", "write one")


def odd() -> None:
    raise Odd(1, 2)


def die() -> None:
    os._exit(9)


def tell(n: int, report) -> int:
    for index in range(n):
        report(index / n, f"round {index}")
    return n


def wait_for_another(report) -> None:
    with subprocess.Popen(["sleep", "600"]) as other:
        report(0.5, str(other.pid))
        other.wait()


def fill(n_bytes: int) -> int:
    return len(bytearray(n_bytes))


def spin() -> None:
    while True:
        pass
