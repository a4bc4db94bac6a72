"""Where the standard has its addresses, and how errors are worded there."""

from bellwether.farm.icar.errors import documented, worded
from bellwether.farm.icar.routes import router
from bellwether.platform.http.problem_documents import Face

FACES = (Face("/locations", (router,), "application/json", worded, {}, documented()),)
