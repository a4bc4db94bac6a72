"""Functions for the child process of the tests."""

import os

from bellwether.platform.problems import Problem, RowError


class TooFewSheep(Problem):
    status, code, title = 422, "too_few_sheep", "Too few sheep"


class Odd(Exception):
    def __init__(self, one: int, two: int) -> None:
        super().__init__(f"{one} and {two}")


def add(a: int, b: int) -> int:
    print("a print does not disturb the frames")
    return a + b


def refuse() -> None:
    raise TooFewSheep("only three", errors=[RowError(row=3, code="x", message="y")])


def odd() -> None:
    raise Odd(1, 2)


def die() -> None:
    os._exit(9)


def tell(n: int, report) -> int:
    for index in range(n):
        report(index / n, f"round {index}")
    return n


def fill(n_bytes: int) -> int:
    return len(bytearray(n_bytes))


def spin() -> None:
    while True:
        pass
