"""Which engine this is."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


def engine_version() -> str:
    """Version of the installed engine, ``0+unknown`` when it runs from a bare folder.

    Examples
    --------
    >>> engine_version() != ""
    True
    """
    try:
        return version("bellwether-engine")
    except PackageNotFoundError:
        return "0+unknown"
