"""All of the face."""

from bellwether.genetics.brapi.calls.routes import router as calls
from bellwether.genetics.brapi.callsets.routes import router as callsets
from bellwether.genetics.brapi.references.routes import router as references
from bellwether.genetics.brapi.samples.routes import router as samples
from bellwether.genetics.brapi.variants.routes import router as variants
from bellwether.genetics.brapi.variantsets.routes import router as variantsets
from bellwether.platform.brapi.face import face

BRAPI = face(references, samples, callsets, variantsets, variants, calls)
