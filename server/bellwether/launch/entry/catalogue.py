"""The services by name: the one list that launch, migrate and the worker read."""

from importlib import import_module
from pathlib import Path
from types import ModuleType

import bellwether

PYTHON_SERVICES = ("farm", "genetics", "research", "processing")
BUN_SERVICES = ("auth", "sessions", "profiles", "chats")
EDGE = "edge"


def migrations_folder(service: str) -> Path:
    """Where the SQL files of a service lie."""
    return Path(bellwether.__path__[0]) / service / "migrations"


def app_module(service: str) -> ModuleType:
    """The module with the service's `create(platform)`."""
    return import_module(f"bellwether.{service}.app")
