"""All of the face."""

from bellwether.farm.brapi.face import face
from bellwether.farm.brapi.germplasm.routes import router as germplasm
from bellwether.farm.brapi.locations.routes import router as locations
from bellwether.farm.brapi.observations.routes import router as observations
from bellwether.farm.brapi.pedigree.routes import router as pedigree
from bellwether.farm.brapi.server.routes import router as server
from bellwether.farm.brapi.variables.routes import router as variables

BRAPI = face(server, germplasm, pedigree, observations, variables, locations)
