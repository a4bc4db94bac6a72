"""The Genetic Data Service."""

from fastapi import FastAPI

from bellwether.genetics.agreements.routes import router as agreements
from bellwether.genetics.brapi.slices import BRAPI
from bellwether.genetics.breeding_values.routes import router as breeding_values
from bellwether.genetics.chips.routes import router as chips
from bellwether.genetics.connectedness.routes import router as connectedness
from bellwether.genetics.definitions.routes import router as definitions
from bellwether.genetics.evaluations.routes import router as evaluations
from bellwether.genetics.explanations.routes import router as explanations
from bellwether.genetics.genotype_files.routes import router as genotype_files
from bellwether.genetics.genotypes.exporting.routes import router as genotype_exports
from bellwether.genetics.genotypes.genes.routes import router as genes
from bellwether.genetics.genotypes.importing.routes import router as genotype_imports
from bellwether.genetics.genotypes.reading.routes import router as genotype_reading
from bellwether.genetics.genotypes.samples.routes import router as samples
from bellwether.genetics.index_weights.routes import router as index_weights
from bellwether.genetics.indexes.routes import router as indexes
from bellwether.genetics.joint_runs.routes import router as joint_runs
from bellwether.genetics.matings.routes import router as matings
from bellwether.genetics.parentage.routes import router as parentage
from bellwether.genetics.pedigree.routes import router as pedigree
from bellwether.genetics.programs.routes import router as programs
from bellwether.genetics.publications.routes import router as publications
from bellwether.genetics.rankings.routes import router as rankings
from bellwether.genetics.schedules.routes import router as schedules
from bellwether.genetics.table_runs.routes import router as table_runs
from bellwether.genetics.traits.routes import router as traits
from bellwether.platform.http.service_app import create_app
from bellwether.platform.jobs.routes import job_routes
from bellwether.platform.settings import PlatformSettings, ServiceSettings


def create(platform: PlatformSettings) -> FastAPI:
    """The service as an application; its own settings come from `GENETICS_*`."""
    routers = [
        traits,
        chips,
        genotype_files,
        agreements,
        joint_runs,
        definitions,
        connectedness,
        genotype_imports,
        samples,
        genotype_reading,
        genotype_exports,
        programs,
        table_runs,
        genes,
        evaluations,
        breeding_values,
        pedigree,
        publications,
        schedules,
        indexes,
        index_weights,
        rankings,
        matings,
        explanations,
        parentage,
        job_routes("genetics", read="evaluation:read", change="evaluation:run"),
    ]
    uploads = (
        "/api/v1/genetics/genotype-files", "/api/v1/genetics/chips", "/maps", "/api/v1/genetics/evaluations/of-tables",
    )  # fmt: skip
    return create_app(
        "genetics", routers, platform, ServiceSettings.of("genetics"), upload_paths=uploads, faces=(BRAPI,)
    )
