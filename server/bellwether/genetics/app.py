"""The Genetic Data Service."""

from fastapi import FastAPI

from bellwether.genetics.breeding_values.routes import router as breeding_values
from bellwether.genetics.evaluations.routes import router as evaluations
from bellwether.genetics.traits.routes import router as traits
from bellwether.platform.http.service_app import create_app
from bellwether.platform.jobs.routes import job_routes
from bellwether.platform.settings import PlatformSettings, ServiceSettings


def create(platform: PlatformSettings) -> FastAPI:
    """The service as an application; its own settings come from `GENETICS_*`."""
    routers = [traits, evaluations, breeding_values, job_routes("genetics")]
    return create_app("genetics", routers, platform, ServiceSettings.of("genetics"))
