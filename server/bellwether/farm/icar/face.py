"""Where the standard has its addresses, and how errors are worded there."""

from bellwether.farm.icar.errors import documented, worded
from bellwether.farm.icar.routes import batches, router
from bellwether.platform.http.problem_documents import Face

FACES = (
    Face("/locations", (router,), "application/json", worded, {}, documented()),
    Face("/batches/locations", (batches,), "application/json", worded, {}, documented()),
)
