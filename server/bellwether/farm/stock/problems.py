"""What may be wrong with an event of head without tags."""

from collections.abc import Collection
from uuid import UUID

from bellwether.platform.problems import Conflict, RowError, Unprocessable
from bellwether.sheep.findings import Broken, broken
from bellwether.sheep.stock import TooFew


def no_class(name: str, classes: Collection[str]) -> Broken:
    """Nothing that the farm counts."""
    text = f"the farm has no stock class {name[:40]}"
    fix = f"send one of {', '.join(sorted(classes))}, or add it to the stock classes of the farm"
    return broken("class_unknown", text, fix, field="payload.heads")


def named_twice(name: str) -> Broken:
    """Two numbers of one class."""
    return broken("named_twice", f"{name} stands twice among the heads", "send each class once", field="payload.heads")


def no_lambs(name: str, newborns: Collection[str]) -> Broken:
    """Nobody is born grown up."""
    text = f"{name} is no class of newborn lambs"
    fix = f"send one of {', '.join(sorted(newborns))}; head that came or were found are stock.arrived or stock.counted"
    return broken("born_grown", text, fix, field="payload.heads")


def no_group(group_id: UUID) -> Broken:
    """Nowhere to go."""
    text, fix = f"there is no other group {group_id}", "send the id of another group of this farm"
    return broken("not_found", text, fix, field="payload.to_group_id", verdict="conflict")


def same_class(name: str) -> Broken:
    """Nothing changes."""
    text, fix = f"{name} is the class in which they are", "send another class, or leave the event out"
    return broken("changes_nothing", text, fix, field="payload.to_class")


def too_few(error: TooFew) -> Broken:
    """More go than are there, then or later."""
    text = f"on {error.at} the group has {error.head} head of {error.stock_class} without tags, and more would go"
    fix = "correct the number, or record first what was born, came or was counted"
    return broken("too_few", text, fix, field="payload.heads", verdict="conflict")


class ClassInUse(Conflict):
    """Head are counted in a class that would be gone."""

    code, title = "class_in_use", "Head without tags are counted in a class that would be gone: put them into another"


class NoClassForAll(Unprocessable):
    """An animal might belong to no class."""

    code, title = "no_class_for_all", "The last class takes every animal that no other class takes"

    def __init__(self) -> None:
        fix = "end the list with a class without sex, neutered, from_days and to_days"
        error = RowError(field="items", code="no_class_for_all", message=self.title, fix=fix)
        super().__init__(self.title, errors=[error])


class ClassTwice(Unprocessable):
    """One code for two classes."""

    code, title = "class_twice", "Each class has a code of its own"

    def __init__(self, code: str) -> None:
        error = RowError(field="items", code="class_twice", message=f"{code} stands twice", fix="send each code once")
        super().__init__(self.title, errors=[error])
