"""Settings: read once from the environment in a factory and passed down, never at import."""

from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from bellwether.catalogue import PORTS
from bellwether.platform.quotas import USUAL, Quotas


class PlatformSettings(BaseSettings):
    """What all services share (prefix BELLWETHER_)."""

    model_config = SettingsConfigDict(env_prefix="BELLWETHER_", frozen=True, populate_by_name=True)

    data_dir: Path = Path(".bellwether")
    public_url: str = f"http://localhost:{PORTS['gateway']}"
    log_level: str = "info"
    auth_url: str = f"http://127.0.0.1:{PORTS['auth']}"
    profiles_url: str = f"http://127.0.0.1:{PORTS['profiles']}"
    issuer: str = "https://bellwether.local"
    audience: str = "bellwether"
    nats_url: str = f"nats://127.0.0.1:{PORTS['nats']}"
    otlp_endpoint: str = ""
    service_urls: dict[str, str] = Field(default_factory=dict)
    service_secret_file: Path = Path(".bellwether/keys/service")
    metrics_secret_file: Path | None = None
    access_token_seconds: int = Field(300, gt=0, le=3_000, validation_alias="AUTH_ACCESS_TOKEN_SECONDS")
    platform_id: str = ""
    body_limit: int = 1_000_000
    upload_limit: int = 64_000_000
    quota_jobs_of_user: int = USUAL.jobs_of_user
    quota_jobs_of_farm: int = USUAL.jobs_of_farm
    quota_farms_of_user: int = USUAL.farms_of_user
    quota_stored_mb_of_farm: int = USUAL.stored_mb_of_farm

    @property
    def quotas(self) -> Quotas:
        """What one user and one farm may have."""
        return Quotas(
            self.quota_jobs_of_user,
            self.quota_jobs_of_farm,
            self.quota_farms_of_user,
            self.quota_stored_mb_of_farm,
        )


class ServiceSettings(BaseSettings):
    """What one service has for itself; the prefix is its name in capitals."""

    model_config = SettingsConfigDict(frozen=True)

    name: str
    database_url: str
    database_password: SecretStr
    replica_url: str = ""
    pool_size: int = 8
    nats_user: str = ""
    nats_password: SecretStr = SecretStr("")
    requests_per_second: float = 50.0
    request_burst: float = 200.0

    @classmethod
    def of(cls, name: str) -> Self:
        """Settings of the service called `name`, for example `FARM_DATABASE_URL`."""
        return cls(_env_prefix=f"{name.upper()}_", name=name)
