"""All of the face."""

from bellwether.farm.brapi.crops.routes import router as crops
from bellwether.farm.brapi.germplasm.routes import router as germplasm
from bellwether.farm.brapi.locations.routes import router as locations
from bellwether.farm.brapi.observations.routes import router as observations
from bellwether.farm.brapi.pedigree.routes import router as pedigree
from bellwether.farm.brapi.variables.routes import router as variables
from bellwether.platform.brapi.face import face

BRAPI = face(crops, germplasm, pedigree, observations, variables, locations)
