"""The environment of each part: exactly what docs/explanation/seams.md gives it, and nothing of another's."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from bellwether import catalogue
from bellwether.catalogue import BY_NAME, EDGE, PYTHON_SERVICES, SERVICES
from bellwether.launch.composition import dynoxide
from bellwether.launch.machine import keys
from bellwether.launch.machine.folders import CONSOLE, Folders

#: of the surroundings, what any program needs to find its files and to speak its language
INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "NUMBA_CACHE_DIR")
#: what the operator says of quotas reaches every service
QUOTAS = "BELLWETHER_QUOTA_"
#: and what they say of Emilia's model the chats
EMILIA = "CHATS_MODEL"
#: and what is said of security the user services
POLICIES = "BELLWETHER_POLICY_"
MAIL = ("BELLWETHER_SMTP_URL", "BELLWETHER_SMTP_PASSWORD_FILE", "BELLWETHER_MAIL_FROM")
JOBS_DATABASE = "bellwether_jobs"


@dataclass(frozen=True)
class Wiring:
    """Everything that the environments are made of."""

    folders: Folders
    ports: dict[str, int]
    split: bool
    #: the administrator's address of the database, without the password
    admin_url: str
    admin_password: str
    #: each store carries it, and those of another platform are refused
    platform_id: str

    @property
    def public_url(self) -> str:
        return f"http://localhost:{self.ports['gateway']}"

    @property
    def public_url_https(self) -> str:
        return f"https://localhost:{self.ports['gateway-https']}"

    def service_port(self, service: str) -> int:
        """The port of a service, its own or that of the process that hosts it."""
        return self.ports[catalogue.process_of(service, self.split)]

    def service_url(self, service: str) -> str:
        return f"http://127.0.0.1:{self.service_port(service)}"


def for_services(wiring: Wiring, hosted: Iterable[str]) -> dict[str, str]:
    """The union of what the hosted services may know."""
    env = _for_all(wiring)
    for service in hosted:
        known = _python_service if BY_NAME[service].runtime == "python" else _user_service
        env |= known(wiring, service)
    return env


def for_worker(wiring: Wiring) -> dict[str, str]:
    env = _for_all(wiring) | _broker(wiring, "worker") | _metrics(wiring)
    env["BELLWETHER_PROFILES_URL"] = wiring.service_url("profiles")
    env["BELLWETHER_SERVICE_SECRET_FILE"] = _service_secret(wiring)
    for service in PYTHON_SERVICES:
        env |= _database(wiring, service)
    return env | _jobs(wiring)


def for_migrate(wiring: Wiring) -> dict[str, str]:
    """An administrator of the database, the passwords it gives out, and the broker's user that makes streams."""
    env = _for_all(wiring) | _broker(wiring, "worker") | _jobs(wiring)
    env["BELLWETHER_PLATFORM_ID"] = wiring.platform_id
    env |= {"MIGRATE_DATABASE_URL": wiring.admin_url, "MIGRATE_DATABASE_PASSWORD": wiring.admin_password}
    for service in PYTHON_SERVICES:
        env[f"{service.upper()}_DATABASE_PASSWORD"] = _database_password(wiring, service)
    return env


def for_setup(wiring: Wiring) -> dict[str, str]:
    return _for_all(wiring) | _dynamodb(wiring) | {"BELLWETHER_PLATFORM_ID": wiring.platform_id}


def _for_all(wiring: Wiring) -> dict[str, str]:
    env = {name: os.environ[name] for name in INHERITED if name in os.environ}
    return env | {
        "PYTHONUNBUFFERED": "1",
        "BELLWETHER_DATA_DIR": str(wiring.folders.data),
        "BELLWETHER_PUBLIC_URL": wiring.public_url,
        "BELLWETHER_ALLOWED_ORIGINS": f"{wiring.public_url},{wiring.public_url_https}",
        "BELLWETHER_LOG_LEVEL": os.environ.get("BELLWETHER_LOG_LEVEL", "info"),
        "BELLWETHER_OTLP_ENDPOINT": os.environ.get("BELLWETHER_OTLP_ENDPOINT", ""),
    }


def _any_service(wiring: Wiring) -> dict[str, str]:
    env = _metrics(wiring) | {name: value for name, value in os.environ.items() if name.startswith(QUOTAS)}
    return env | {
        "BELLWETHER_ISSUER": os.environ.get("BELLWETHER_ISSUER", "https://bellwether.local"),
        "BELLWETHER_AUDIENCE": os.environ.get("BELLWETHER_AUDIENCE", "bellwether"),
        "BELLWETHER_NATS_URL": _broker_url(wiring),
    }


def _metrics(wiring: Wiring) -> dict[str, str]:
    return {"BELLWETHER_METRICS_SECRET_FILE": str(keys.text_file(wiring.folders, "metrics.secret"))}


def gateway_secret(wiring: Wiring) -> Path:
    """By which the user services know the gateway from others on this machine."""
    return keys.text_file(wiring.folders, "gateway.secret")


def _service_secret(wiring: Wiring) -> str:
    return str(keys.text_file(wiring.folders, "service.secret"))


def _python_service(wiring: Wiring, service: str) -> dict[str, str]:
    env = _any_service(wiring) | {
        "BELLWETHER_AUTH_URL": wiring.service_url("auth"),
        "BELLWETHER_SERVICE_SECRET_FILE": _service_secret(wiring),
    }
    if service == EDGE.name:
        return env | _service_urls(wiring) | {"EDGE_PAGES_DIR": str(CONSOLE / "dist")}
    return env | _database(wiring, service) | _broker(wiring, service)


def _user_service(wiring: Wiring, service: str) -> dict[str, str]:
    env = _any_service(wiring) | _broker(wiring, service) | _dynamodb(wiring)
    env |= catalogue.BUN_MEMORY
    env["USERS_SERVICE_SECRET_FILE"] = _service_secret(wiring)
    env["USERS_GATEWAY_SECRET_FILE"] = str(gateway_secret(wiring))
    # on a machine without a mail server people sign in before they have confirmed their address
    verification = "required" if "BELLWETHER_SMTP_URL" in os.environ else "optional"
    env["BELLWETHER_POLICY_VERIFICATION"] = verification
    env |= {name: value for name, value in os.environ.items() if name.startswith(POLICIES)}
    if service == "auth":
        env |= _mail(wiring)
        # on a machine of one's own a demo must start without an authenticator app
        env["AUTH_MFA_ROLES"] = os.environ.get("AUTH_MFA_ROLES", "none")
        return env | {"AUTH_OPERATOR_SECRET_FILE": str(keys.text_file(wiring.folders, "operator.secret"))}
    env["BELLWETHER_AUTH_URL"] = wiring.service_url("auth")
    if service == "profiles":
        return env | _service_urls(wiring)
    return env | _emilia(wiring) if service == "chats" else env


def _service_urls(wiring: Wiring) -> dict[str, str]:
    return {"BELLWETHER_SERVICE_URLS": json.dumps({each.name: wiring.service_url(each.name) for each in SERVICES})}


def _emilia(wiring: Wiring) -> dict[str, str]:
    """Which model answers, as the operator says, and where the services are that its tools read."""
    return _service_urls(wiring) | {name: value for name, value in os.environ.items() if name.startswith(EMILIA)}


def _mail(wiring: Wiring) -> dict[str, str]:
    """The mail server of the operator; without one, messages lie in a folder that `./bellwether mail` reads."""
    told = {name: os.environ[name] for name in MAIL if name in os.environ}
    return told if "BELLWETHER_SMTP_URL" in told else told | {"BELLWETHER_MAIL_FOLDER": str(wiring.folders.mail)}


def _dynamodb(wiring: Wiring) -> dict[str, str]:
    return {
        "USERS_DYNAMODB_URL": "http://localhost",
        "USERS_DYNAMODB_SOCKET": str(dynoxide.socket(wiring.folders, "dynoxide")),
        "USERS_KEYS_DYNAMODB_URL": "http://localhost",
        "USERS_KEYS_DYNAMODB_SOCKET": str(dynoxide.socket(wiring.folders, "dynoxide-keys")),
        "USERS_DYNAMODB_REGION": "eu-west-1",
        "USERS_KEK_FILE": str(keys.key_file(wiring.folders, "kek")),
        "AWS_ACCESS_KEY_ID": "bellwether",
        "AWS_SECRET_ACCESS_KEY": "bellwether",
        "AWS_REGION": "eu-west-1",
    }


def _broker(wiring: Wiring, user: str) -> dict[str, str]:
    return {
        "BELLWETHER_NATS_URL": _broker_url(wiring),
        f"{user.upper()}_NATS_USER": user,
        f"{user.upper()}_NATS_PASSWORD": keys.password(wiring.folders, f"nats-{user}"),
    }


def _broker_url(wiring: Wiring) -> str:
    return f"nats://127.0.0.1:{wiring.ports['nats']}"


def _database(wiring: Wiring, service: str) -> dict[str, str]:
    return {
        f"{service.upper()}_DATABASE_URL": _as_role(wiring.admin_url, f"{service}_app"),
        f"{service.upper()}_DATABASE_PASSWORD": _database_password(wiring, service),
    }


def _jobs(wiring: Wiring) -> dict[str, str]:
    return {
        "WORKER_JOBS_DATABASE_URL": _as_role(wiring.admin_url, "jobs_app", JOBS_DATABASE),
        "WORKER_JOBS_DATABASE_PASSWORD": _database_password(wiring, "jobs"),
    }


def _database_password(wiring: Wiring, service: str) -> str:
    return keys.password(wiring.folders, f"postgres-{service}")


def _as_role(url: str, role: str, database: str | None = None) -> str:
    """The same server for another user, and without a password."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    path = f"/{database}" if database else parts.path
    return urlunsplit((parts.scheme, f"{role}@{host}", path, parts.query, ""))
