"""The Research Analysis Service."""

from fastapi import FastAPI

from bellwether.platform.http.persons import Held
from bellwether.platform.http.service_app import create_app
from bellwether.platform.settings import PlatformSettings, ServiceSettings
from bellwether.research.projects.routes import router as projects
from bellwether.research.snapshots.routes import router as snapshots

HELD = Held(
    {
        "projects": """
            select p.id, p.title, m.role, m.added_at from research.project_member m
            join research.project p on p.id = m.project_id where m.user_id = {me} order by m.added_at""",
        "snapshots": """
            select id, project_id, title, taken_at from research.snapshot where taken_by = {me} order by taken_at""",
    }
)


def create(platform: PlatformSettings) -> FastAPI:
    """The service as an application; its own settings come from `RESEARCH_*`."""
    return create_app("research", [projects, snapshots], platform, ServiceSettings.of("research"), held=HELD)
