"""The Farm Management Service."""

from fastapi import FastAPI

from bellwether.farm.animals.routes import router as animals
from bellwether.farm.archives.routes import router as archives
from bellwether.farm.attachments.routes import router as attachments
from bellwether.farm.brapi.slices import BRAPI
from bellwether.farm.conflicts.routes import router as conflicts
from bellwether.farm.consents.routes import router as consents
from bellwether.farm.devices.routes import router as devices
from bellwether.farm.events.routes import router as events
from bellwether.farm.exports.routes import router as exports
from bellwether.farm.farms.routes import router as farms
from bellwether.farm.flocks.routes import router as flocks
from bellwether.farm.grazing.routes import router as grazing
from bellwether.farm.groups.routes import router as groups
from bellwether.farm.health.products.routes import router as products
from bellwether.farm.health.routes import router as health
from bellwether.farm.icar.face import FACES as ICAR
from bellwether.farm.identifiers.routes import router as identifiers
from bellwether.farm.imported_values.routes import router as imported_values
from bellwether.farm.imports.routes import router as imports
from bellwether.farm.invitations.routes import router as invitations
from bellwether.farm.live.routes import router as live
from bellwether.farm.locations.routes import router as locations
from bellwether.farm.measurements.any_trait.routes import router as measurements
from bellwether.farm.measurements.routes import router as weights
from bellwether.farm.merging.routes import router as merges
from bellwether.farm.organisations.routes import router as organisations
from bellwether.farm.own_traits.routes import router as own_traits
from bellwether.farm.pedigree.routes import router as pedigree
from bellwether.farm.persons.held import HELD
from bellwether.farm.places.routes import router as paddocks
from bellwether.farm.recorders.routes import router as recorders
from bellwether.farm.reports.routes import router as reports
from bellwether.farm.season.routes import router as seasons
from bellwether.farm.stock.routes import router as stock
from bellwether.farm.sync.routes import router as sync
from bellwether.farm.trading.money.routes import router as money
from bellwether.farm.trading.routes import router as trading
from bellwether.farm.trading.worth.routes import router as worth
from bellwether.farm.work.feeds.routes import router as feeds
from bellwether.farm.work.sessions.routes import router as sessions
from bellwether.farm.work.tasks.routes import router as tasks
from bellwether.platform.http.service_app import create_app
from bellwether.platform.jobs.routes import job_routes
from bellwether.platform.settings import PlatformSettings, ServiceSettings

TRADE, FILES = (trading, money, worth), (imports, exports, archives)


def create(platform: PlatformSettings) -> FastAPI:
    """The application, from `FARM_` in the environment."""
    routers = [
        organisations,
        farms,
        locations,
        invitations,
        recorders,
        consents,
        flocks,
        animals,
        identifiers,
        merges,
        pedigree,
        events,
        own_traits,
        weights,
        measurements,
        groups,
        grazing,
        products,
        health,
        stock,
        *TRADE,
        paddocks,
        reports,
        live,
        tasks,
        sessions,
        feeds,
        seasons,
        *FILES,
        sync,
        conflicts,
        imported_values,
        devices,
        attachments,
        job_routes("farm", read="flock:read", change="flock:write"),
    ]
    return create_app(
        "farm",
        routers,
        platform,
        ServiceSettings.of("farm"),
        title="Farm Management Service",
        upload_paths=("/api/v1/farm/imports", "/attachments", "/archive"),
        faces=(BRAPI, *ICAR),
        held=HELD,
    )
