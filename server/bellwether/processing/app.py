"""The Data Processing Service."""

from fastapi import FastAPI

from bellwether.platform.http.service_app import create_app
from bellwether.platform.settings import PlatformSettings, ServiceSettings
from bellwether.processing.batches.routes import router as batches
from bellwether.processing.runs.routes import router as runs


def create(platform: PlatformSettings) -> FastAPI:
    """The service as an application; its own settings come from `PROCESSING_*`."""
    settings = ServiceSettings.of("processing")
    return create_app("processing", [batches, runs], platform, settings)
