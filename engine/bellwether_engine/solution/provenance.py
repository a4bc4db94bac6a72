"""Where a result comes from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import asdict

import numpy as np
from numpy.typing import NDArray

from ..model.genomic import Genotypes
from ..model.model import Model
from ..model.records import Records
from ..pedigree.pedigree import Pedigree
from ..pedigree.uncertain.uncertain_pedigree import UncertainPedigree
from ..version import engine_version
from .parts import Provenance


def digest(arrays: Iterable[tuple[str, NDArray[np.generic] | None]]) -> str:
    """SHA-256 over names, shapes, types and bytes of arrays, in their order.

    Examples
    --------
    >>> import numpy as np
    >>> digest([("sire", np.array([-1, 0], dtype=np.int32))])[:8]
    '6dc31c0e'
    """
    sha = hashlib.sha256()
    for name, array in arrays:
        if array is not None:
            sha.update(f"{name} {array.shape} {array.dtype.str}\n".encode())
            sha.update(np.ascontiguousarray(array).tobytes())
    return sha.hexdigest()


def provenance(
    model: Model, records: Records, pedigree: Pedigree, method: str, genotypes: Genotypes | None = None
) -> Provenance:
    """Version, method, parameters and the digest of pedigree, records and genotypes."""
    arrays: list[tuple[str, NDArray[np.generic] | None]] = [("sire", pedigree.sire), ("dam", pedigree.dam)]
    if pedigree.groups is not None:
        arrays += [("sire_group", pedigree.groups.sire), ("dam_group", pedigree.groups.dam)]
        arrays += [("gamma", pedigree.groups.gamma)]
    if isinstance(pedigree, UncertainPedigree):
        arrays += [("uncertain", pedigree.animal), ("candidate", pedigree.candidate)]
        arrays += [("probability", pedigree.probability)]
    arrays += [("animal", records.animal), ("values", records.values)]
    arrays += [(f"columns.{name}", records.columns[name]) for name in sorted(records.columns)]
    if genotypes is not None:
        arrays += [("genotypes", genotypes.packed.data), ("genotyped", genotypes.animal)]
        arrays += [("frequency", genotypes.frequency), ("dosages", genotypes.packed.deviation)]
    variances = {
        name: None if matrix is None else matrix.tolist()
        for name, matrix in vars(model.variances).items()
        if name not in ("random", "singular")
    }
    parameters = {
        "traits": list(model.traits),
        "ordinal": list(model.ordinal),
        "effects": [asdict(effect) for effect in model.effects],
        "variances": variances | {"random": {name: m.tolist() for name, m in model.variances.random.items()}},
        "options": asdict(model.options),
    }
    if model.structures:
        parameters["structures"] = {name: asdict(structure) for name, structure in model.structures.items()}
    if model.genomic is not None:
        parameters["genomic"] = asdict(model.genomic)
    draws = model.options.estimate != "none" or model.options.reliability == "approximate"
    seed = model.options.seed if draws else None
    arrays += [("weights", records.weights), ("residual_class", records.residual_class)]
    return Provenance(engine_version(), method, parameters, digest(arrays), seed)
