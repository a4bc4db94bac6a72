"""By what nodes of the pedigree can be asked for, and what of it they show."""

from typing import Annotated

from pydantic import ConfigDict, Field

from bellwether.farm.brapi.germplasm.asked import Asked

MOST_GENERATIONS = 30
Generations = Annotated[int, Field(ge=0, le=MOST_GENERATIONS)] | None


class PedigreeSearch(Asked):
    """A search for nodes: the animals that fit, and those around them as far as is asked for."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"germplasmNames": ["240001"], "pedigreeDepth": 3, "includeSiblings": False}]}
    )

    pedigree_depth: Generations = Field(None, description="Generations of ancestors, each a node of its own")
    progeny_depth: Generations = Field(None, description="Generations of descendants, each a node of its own")
    include_parents: bool | None = Field(None, description="Names of the parents in each node, unless false")
    include_progeny: bool | None = Field(None, description="Names of the offspring in each node")
    include_siblings: bool | None = Field(None, description="Names of full and half siblings in each node")
    include_full_tree: bool | None = Field(None, description="Everybody who is related, however far")
