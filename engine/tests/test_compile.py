"""What was compiled ahead is not compiled again."""

import json
import os
import subprocess
import sys

COVERED = """
import importlib, json, pkgutil
import bellwether_engine
from bellwether_engine.compile import compile_kernels
compile_kernels()
kernels = {}
for found in pkgutil.walk_packages(bellwether_engine.__path__, "bellwether_engine."):
    if not found.name.endswith("dask_executor"):
        for value in vars(importlib.import_module(found.name)).values():
            if hasattr(value, "py_func") and value.py_func.__module__ == found.name:
                kernels[id(value)] = value
reached = {key for key, kernel in kernels.items() if kernel.signatures}
waiting = set(reached)
while waiting:
    used = kernels[waiting.pop()].py_func
    inner = {id(used.__globals__.get(name)) for name in used.__code__.co_names} & set(kernels)
    waiting |= inner - reached
    reached |= inner
print(json.dumps([f"{k.py_func.__module__}.{k.__name__}" for key, k in kernels.items() if key not in reached]))
"""

LOADED = """
import json, sys
import numpy as np
from bellwether_engine import Effect, Model, Options, Pedigree, Records, Variances, fit
n = 700
half = np.full(n // 2, -1)
ewes = np.arange(n // 4, n // 2)
pedigree = Pedigree(np.concatenate([half, np.arange(n // 2) % 9]), np.concatenate([half, np.resize(ewes, n // 2)]))
records = Records(np.arange(n), np.arange(n) % 7.0, {"group": np.arange(n) % 11})
effects = (Effect("group", "fixed"), Effect("animal", "additive"))
for options in (Options(reliability="exact"), Options(solver="pcg", reliability="none"), Options(estimate="ai-reml")):
    fit(Model(("y",), effects, Variances(2.0, additive=1.0), options), records, pedigree)
kernels = {
    id(value): value.stats for name, module in sys.modules.items() if name.startswith("bellwether_engine")
    for value in vars(module).values() if hasattr(value, "py_func")
}.values()
print(json.dumps([sum(len(getattr(s, kind)) for s in kernels) for kind in ("cache_hits", "cache_misses")]))
"""


def in_a_process(code):
    # threads of BLAS wait for each other on small matrices
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_every_kernel_is_compiled_ahead_and_then_loaded():
    missing = in_a_process(COVERED)
    assert not missing, f"{missing}: call them in bellwether_engine/compile.py"
    hits, misses = in_a_process(LOADED)
    assert hits > 10
    assert misses == 0
