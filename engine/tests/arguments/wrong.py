"""Wrong values that go with a right one: of another type, shape or range."""

import numpy as np

FAR = 2**40
OTHERS = {"text": "x", "number": 3.5, "object": object(), "bytes": b"x"}


def wrong_values(right):
    """By what is wrong with them."""
    if isinstance(right, np.ndarray):
        return _of_array(right)
    if isinstance(right, bool):
        return {"text": "x", "two": 2, "nothing": None}
    if isinstance(right, int | float):
        return _of_number(right)
    if isinstance(right, str):
        return {"number": 3, "nothing": None, "bytes": b"x", "list": [right]}
    if isinstance(right, tuple | list):
        return {"number": 3, "nothing": None, "text": "ab", "numbers": (1.5, object())}
    return OTHERS | {"nothing": None, "dictionary": {}, "class": type(right)}


def _of_number(right):
    found = {"missing": np.nan, "infinite": np.inf, "text": "x", "two": [right, right], "complex": 1j, "nothing": None}
    found |= {"truth": True}
    return found | ({"half": 0.5, "far": -FAR} if isinstance(right, int) else {})


def _of_array(right):
    first = (0,) * right.ndim
    found = {
        "nothing": None,
        "object": object(),
        "number": 3.5,
        "deeper": right[None],
        "longer": np.concatenate([right, right[:1]]),
        "empty": right[:0],
        "ragged": [[1], [1, 2]],
    }
    if right.dtype.kind == "U":
        return found | {"numbers": np.zeros(right.shape)}
    found["text"] = np.full(right.shape, "x")
    found["complex"] = right.astype(complex) + 1j
    if right.dtype.kind == "f":
        return found | {"missing": _with(right, first, np.nan), "infinite": _with(right, first, np.inf)}
    found["half"] = right + 0.5
    if right.dtype.kind in "iu":
        signed = right.astype(np.int64)
        return found | {"far": _with(signed, first, FAR), "below": _with(signed, first, -FAR)}
    return found | {"seven": _with(right.astype(np.int64), first, 7)}


def _with(array, place, value):
    other = array.copy()
    other[place] = value
    return other
