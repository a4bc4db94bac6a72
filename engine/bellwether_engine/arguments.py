"""Arguments of public functions: a rule for each, which names the argument, what it must be and what to do.

A rule takes the name of the argument, what was given and the sizes that are known so far, and gives back what was given
as an array or a plain number; `checked` applies them to a function, `check_fields` to a dataclass. A size is a letter:
the first argument with an ``n`` says what n is, and whatever has another length after it is refused.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import wraps
from operator import attrgetter
from typing import Any, NoReturn, ParamSpec, TypeVar

import numpy as np
from numpy.typing import NDArray

from .errors import ModelError

P = ParamSpec("P")
R = TypeVar("R")
Sizes = dict[str, int]
Size = int | str
Rule = Callable[[str, Any, Sizes], Any]
SYMMETRIC, NEGATIVE = 1e-5, -1e-5  # relationships may have been computed in float32
SHOWN = 20


def checked(**rules: Rule) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Check the arguments of a function, in the order of the rules, before it runs.

    Examples
    --------
    >>> @checked(x=floats("n"), weight=floats("n", low=0.0))
    ... def total(x, weight):
    ...     return float(x @ weight)
    >>> total([1, 2], [0.5, 0.5])
    1.5
    >>> total([1, 2], [0.5])
    Traceback (most recent call last):
    bellwether_engine.errors.ModelError: weight has shape (1,), not (2,)
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        signature = inspect.signature(function)

        @wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                bound = signature.bind(*args, **kwargs)
            except TypeError as error:
                name = function.__name__
                raise ModelError("arguments", f"{name}: {error}", place=name, fix="See its documentation") from error
            sizes: Sizes = {}
            for name, rule in rules.items():
                if name in bound.arguments:
                    bound.arguments[name] = rule(name, bound.arguments[name], sizes)
            return function(*bound.args, **bound.kwargs)

        return run

    return decorate


def check_fields(owner: object, place: str, **rules: Rule) -> Sizes:
    """Check the fields of a frozen dataclass in its ``__post_init__``, and keep them as the rules give them back;
    gives the sizes. `place` goes before the names."""
    sizes: Sizes = {}
    for name, rule in rules.items():
        try:
            object.__setattr__(owner, name, rule(name, getattr(owner, name), sizes))
        except ModelError as error:
            error.place = f"{place}.{name}"
            raise
    return sizes


def optional(rule: Rule) -> Rule:
    """None, or what the rule allows."""
    return lambda name, value, sizes: None if value is None else rule(name, value, sizes)


def floats(
    *shape: Size, low: float = -np.inf, high: float = np.inf, missing: bool = False, empty: bool = False,
    one_for_all: bool = False, code: str = "out_of_range",
) -> Rule:  # fmt: skip
    """Real numbers of a shape from `low` to `high`; NaN where `missing` are allowed, infinite never. `one_for_all`: a
    single number will do. `code`: of numbers outside the range."""

    def rule(name: str, value: Any, sizes: Sizes) -> NDArray[np.floating]:
        given = _array(name, value, "iuf", "numbers")
        given = given if given.dtype.kind == "f" else given.astype(np.float64)
        if not (one_for_all and given.ndim == 0):
            _fit(name, given, shape, sizes, empty=empty)
        wrong = np.isinf(given) if missing else ~np.isfinite(given)
        if wrong.any():
            what = "infinite" if missing else "missing or infinite"
            _refuse("not_finite", name, f"{name} is {what} in {int(wrong.sum())} place(s)", "Give numbers", wrong)
        _check_range(name, given, low, high, code)
        return given

    return rule


def integers(
    *shape: Size, low: float = -np.inf, high: Size | float = np.inf, empty: bool = False, code: str = ""
) -> Rule:
    """Whole numbers of a shape, from `low` to `high`; a letter for `high` is the first number that is too large."""

    def rule(name: str, value: Any, sizes: Sizes) -> NDArray[np.integer]:
        given = _array(name, value, "iu", "integers", code=code or "not_integer")
        _fit(name, given, shape, sizes, empty=empty)
        most = sizes[high] - 1 if isinstance(high, str) else high
        _check_range(name, given, low, most, code or ("unknown_position" if isinstance(high, str) else "out_of_range"))
        return given

    return rule


def flags(*shape: Size, code: str = "flags") -> Rule:
    """True and false, or 1 and 0: a missing value or a code of sex would read as true."""

    def rule(name: str, value: Any, sizes: Sizes) -> NDArray[np.bool_]:
        given = _array(name, value, "biu", "true or false", code=code)
        _fit(name, given, shape, sizes, empty=True)
        wrong = (given != 0) & (given != 1)
        if wrong.any():
            _refuse(code, name, f"{name} is neither true nor false somewhere", "Give true or false", wrong)
        return given.astype(np.bool_)

    return rule


def number(
    *, low: float = -np.inf, high: float = np.inf, above: float = -np.inf, below: float = np.inf, code: str = ""
) -> Rule:
    """A finite real number from `low` to `high`, above `above` and below `below`."""

    def rule(name: str, value: Any, _: Sizes) -> float:
        given = _array(name, value, "iuf", "a number")
        if given.ndim:
            _refuse("shape", name, f"{name} has shape {given.shape}, not one number", "Give one number")
        plain = float(given)
        if not np.isfinite(plain):
            _refuse(code or "not_finite", name, f"{name} is {plain}", "Give a number")
        if not (low <= plain <= high and above < plain < below):
            limits = _limits(low, high, above, below)
            _refuse(code or "out_of_range", name, f"{name} is {plain:g}; it must be {limits}", f"Give one {limits}")
        return plain

    return rule


def whole(*, low: float = -np.inf, high: float = np.inf, code: str = "out_of_range") -> Rule:
    """A whole number from `low` to `high`."""

    def rule(name: str, value: Any, _: Sizes) -> int:
        given = _array(name, value, "iu", "a whole number", code="not_integer")
        if given.ndim:
            _refuse("shape", name, f"{name} has shape {given.shape}, not one number", "Give one number")
        if not low <= int(given) <= high:
            limits = _limits(low, high)
            _refuse(code, name, f"{name} is {int(given)}; it must be {limits}", f"Give one {limits}")
        return int(given)

    return rule


def truth() -> Rule:
    """True or false, as such."""

    def rule(name: str, value: Any, _: Sizes) -> bool:
        if not isinstance(value, bool | np.bool_):
            _refuse("flags", name, f"{name} is {value!r}, neither true nor false", "Give True or False")
        return bool(value)

    return rule


def choice(*known: object, code: str = "not_available") -> Rule:
    """One of some words, or of some types."""

    def rule(name: str, value: Any, _: Sizes) -> Any:
        if not any(type(value) is type(one) and value == one for one in known):
            names = ", ".join(getattr(one, "__name__", str(one)) for one in known)
            _refuse(code, name, f"there is no {name} {value!r}", f"Use one of {names}")
        return value

    return rule


def text(*, empty: bool = False) -> Rule:
    """A text."""

    def rule(name: str, value: Any, _: Sizes) -> str:
        if not isinstance(value, str) or not (value or empty):
            _refuse("wrong_type", name, f"{name} is {value!r}, not a text", "Give a text in quotes")
        return value

    return rule


def texts(*shape: Size) -> Rule:
    """Texts of a shape."""

    def rule(name: str, value: Any, sizes: Sizes) -> NDArray[np.str_]:
        given = _array(name, value, "U", "texts")
        _fit(name, given, shape, sizes, empty=True)
        return given

    return rule


def either(*rules: Rule) -> Rule:
    """What the first of these rules says that allows it; the refusal is that of the last."""

    def rule(name: str, value: Any, sizes: Sizes) -> Any:
        for one in rules[:-1]:
            try:
                return one(name, value, sizes)
            except ModelError:
                continue
        return rules[-1](name, value, sizes)

    return rule


def as_given(kinds: str = "iufUSOMmb") -> Rule:
    """An array of any shape."""
    return lambda name, value, _: _array(name, value, kinds, "numbers")


def named(rule: Rule) -> Rule:
    """A mapping from texts to what the rule allows."""

    def each(name: str, value: Any, sizes: Sizes) -> dict[str, Any]:
        if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
            _refuse("wrong_type", name, f"{name} is not a mapping from names", "Give a dictionary")
        return {key: rule(f"{name}.{key}", one, sizes) for key, one in value.items()}

    return each


def words(*shape: Size) -> Rule:
    """Whole machine words, uint64, of a shape."""

    def rule(name: str, value: Any, sizes: Sizes) -> NDArray[np.uint64]:
        given = _array(name, value, "u", "uint64")
        if given.dtype != np.uint64:
            _refuse("wrong_type", name, f"{name} is of type {given.dtype}, not uint64", "Use genotype_bits")
        _fit(name, given, shape, sizes, empty=False)
        return given

    return rule


def many(rule: Rule, size: str = "") -> Rule:
    """As many as you like, or as `size` says (a text is none of them), each by its rule: a tuple."""

    def each(name: str, value: Any, sizes: Sizes) -> tuple[Any, ...]:
        if isinstance(value, str | bytes) or not isinstance(value, Iterable):
            _refuse("wrong_type", name, f"{name} is {value!r}, not a list", "Give a list, or a tuple")
        found = tuple(rule(name, one, sizes) for one in value)
        if size and len(found) != sizes.setdefault(size, len(found)):
            fix = f"Give {sizes[size]}"
            _refuse("shape", name, f"{name} has {len(found)} entries, not {sizes[size]}", fix)
        return found

    return each


def instance(kind: type, *others: type, **sizes_of: str) -> Rule:
    """A `kind` or one of the others, but of no class below them, which may mean more; its attributes say the sizes:
    ``instance(Pedigree, n="n_animals")``."""

    def rule(name: str, value: Any, sizes: Sizes) -> Any:
        if type(value) not in (kind, *others):
            given, article = type(value).__name__, "an" if kind.__name__[0] in "AEIOU" else "a"
            message = f"{name} is of type {given}, not {article} {kind.__name__}"
            _refuse("wrong_type", name, message, f"Make it with {kind.__module__}.{kind.__name__}")
        sizes.update({letter: int(attrgetter(attribute)(value)) for letter, attribute in sizes_of.items()})
        return value

    return rule


def able(*methods: str) -> Rule:
    """Anything with these methods; ``__call__`` for a function."""

    def rule(name: str, value: Any, _: Sizes) -> Any:
        missing = [method for method in methods if not callable(getattr(value, method, None))]
        if missing or isinstance(value, type):
            message = f"{name} is of type {type(value).__name__}, which has no {', '.join(missing) or methods[0]}"
            _refuse("wrong_type", name, message, f"Give an object with {', '.join(methods)}")
        return value

    return rule


def covariance(size: Size, *, semidefinite: bool = True) -> Rule:
    """A symmetric matrix of real numbers without negative eigenvalues (beyond what rounding makes)."""
    square = floats(size, size)

    def rule(name: str, value: Any, sizes: Sizes) -> NDArray[np.floating]:
        is_number = isinstance(value, float | int | np.number)
        given: NDArray[np.floating] = square(name, [[value]] if is_number else value, sizes)
        scale = float(np.abs(given).max())
        if np.abs(given - given.T).max() > SYMMETRIC * scale:
            fix = f"Give {name}[i, j] = {name}[j, i]"
            _refuse("not_symmetric", name, f"{name} is not symmetric", fix)
        if semidefinite:
            least = float(np.linalg.eigvalsh(given)[0])
            if least < NEGATIVE * scale:
                message = f"{name} has the eigenvalue {least:.3g}: it is no covariance matrix"
                _refuse("not_positive_definite", name, message, "Blend it with the identity, or bend it")
        return given

    return rule


def _array(name: str, value: Any, kinds: str, what: str, code: str = "wrong_type") -> NDArray[Any]:
    try:
        given = np.asarray(list(value) if isinstance(value, Iterator) else value)
    except (ValueError, TypeError) as error:
        raise _refusal("shape", name, f"the rows of {name} differ in length", "Complete them") from error
    if given.dtype.kind not in kinds and given.size:
        kind = "nothing" if value is None else f"of type {given.dtype}"
        _refuse(code, name, f"{name} is {kind}, not {what}", f"Give {what}")
    return given if given.size else given.astype({"U": "U1", "b": "?"}.get(kinds[0], kinds[0] + "8"))


def _fit(name: str, given: NDArray[Any], shape: tuple[Size, ...], sizes: Sizes, *, empty: bool) -> None:
    wanted = tuple(sizes.get(size, size) if isinstance(size, str) else size for size in shape)
    is_right = given.ndim == len(wanted)
    known = sizes.copy()
    for size, length in zip(shape, given.shape, strict=False):
        is_right = is_right and length == (known.setdefault(size, length) if isinstance(size, str) else size)
    if not is_right:
        shown = f"({', '.join(str(size) for size in wanted)}{',' if len(wanted) == 1 else ''})"
        _refuse("shape", name, f"{name} has shape {given.shape}, not {shown}", f"Give it the shape {shown}")
    if not given.size and not empty:
        _refuse("empty", name, f"{name} is empty", "Give at least one")
    sizes.update(known)


def _check_range(name: str, given: NDArray[Any], low: float, high: float, code: str = "out_of_range") -> None:
    if low == -np.inf and high == np.inf:
        return
    with np.errstate(invalid="ignore"):
        wrong = (given < low) | (given > high)
    if wrong.any():
        limits = _limits(low, high)
        shown = given[wrong].ravel()[0]
        message = f"{name} is {shown:g} in one of {int(wrong.sum())} wrong place(s); it must be {limits}"
        _refuse(code, name, message, f"Give numbers {limits}", wrong)


def _limits(low: float, high: float, above: float = -np.inf, below: float = np.inf) -> str:
    said = [f"{word} {limit:g}" for word, limit, is_said in (
        ("from", low, np.isfinite(low)), ("above", above, np.isfinite(above)),
        ("to", high, np.isfinite(high)), ("below", below, np.isfinite(below)),
    ) if is_said]  # fmt: skip
    return " ".join(said)


def _refuse(code: str, name: str, message: str, fix: str, wrong: NDArray[np.bool_] | None = None) -> NoReturn:
    raise _refusal(code, name, message, fix, wrong)


def _refusal(code: str, name: str, message: str, fix: str, wrong: NDArray[np.bool_] | None = None) -> ModelError:
    rows = np.flatnonzero(wrong.reshape(len(wrong), -1).any(axis=1)) if wrong is not None and wrong.ndim else ()
    shown = tuple(int(i) for i in rows[:SHOWN])
    return ModelError(code, message, place=name, fix=fix, positions=shown, total=len(rows))
