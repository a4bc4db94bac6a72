"""What the edge is told beyond the platform's settings."""

from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict


class EdgeSettings(BaseSettings):
    """The edge's own settings (prefix EDGE_)."""

    model_config = SettingsConfigDict(env_prefix="EDGE_", frozen=True)

    pages_dir: Path = Path("console/dist")
