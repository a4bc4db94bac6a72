"""The Research Analysis Service."""

from fastapi import FastAPI

from bellwether.platform.http.service_app import create_app
from bellwether.platform.settings import PlatformSettings, ServiceSettings
from bellwether.research.projects.routes import router as projects
from bellwether.research.snapshots.routes import router as snapshots


def create(platform: PlatformSettings) -> FastAPI:
    """The service as an application; its own settings come from `RESEARCH_*`."""
    return create_app("research", [projects, snapshots], platform, ServiceSettings.of("research"))
