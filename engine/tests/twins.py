"""Slow plain-numpy twins of the kernels, and readers of the published cases."""

import json
from pathlib import Path

import numpy as np
import pytest
from bellwether_engine import Pedigree

HERE = Path(__file__).parent
SHARED = HERE.parents[2] / "shared" / "data"


def case(name):
    return json.loads((HERE / "reference" / f"{name}.json").read_text())


def shared_file(path):
    if not (SHARED / path).exists():
        pytest.skip(f"../shared/data/{path} is not there")
    return SHARED / path


def pedigree_of(data):
    rows = data["pedigree"] or np.loadtxt(shared_file(data["pedigree_file"]), dtype=int).tolist()
    position = {row[0]: i for i, row in enumerate(rows)} | {0: -1}
    return Pedigree([position[s] for _, s, _ in rows], [position[d] for _, _, d in rows]), position


def column(data, name):
    return [row[name] for row in data["records"]]


def numbers(data, name):
    return np.array([np.nan if value is None else value for value in column(data, name)], dtype=float)


def classes(values):
    levels = sorted(set(values))
    return np.array([levels.index(value) for value in values], dtype=np.int32)


def relationship(sire, dam, order):
    """A by the tabular method (Emik and Terrill 1949)."""
    n = len(sire)
    a = np.zeros((n, n))
    done = []
    for i in order:
        parents = [p for p in (sire[i], dam[i]) if p >= 0]
        for j in done:
            a[i, j] = a[j, i] = 0.5 * sum(a[j, p] for p in parents)
        a[i, i] = 1.0 + (0.5 * a[sire[i], dam[i]] if len(parents) == 2 else 0.0)
        done.append(i)
    return a


def blup(y, x, parts, r):
    """BLUP through V, without mixed-model equations: fixed (least squares), u and PEV of each (Z, G) in `parts`."""
    v_inverse = np.linalg.inv(sum(z @ g @ z.T for z, g in parts) + r)
    g_inverse = np.linalg.pinv(x.T @ v_inverse @ x)
    b = g_inverse @ x.T @ v_inverse @ y
    p = v_inverse - v_inverse @ x @ g_inverse @ x.T @ v_inverse
    u = [g @ z.T @ v_inverse @ (y - x @ b) for z, g in parts]
    pev = [np.diag(g - g @ z.T @ p @ z @ g) for z, g in parts]
    return b, u, pev


def incidence(codes, n):
    z = np.zeros((len(codes), n))
    for row, code in enumerate(codes):
        if code >= 0:
            z[row, code] = 1.0
    return z


def random_pedigree(rng, n, p_unknown=0.2):
    """Parents of n animals in a random order; about half of them can be sires, half dams."""
    sire, dam = np.full(n, -1), np.full(n, -1)
    for i in range(2, n):
        males, females = np.arange(0, i, 2), np.arange(1, i, 2)
        sire[i] = rng.choice(males) if rng.random() > p_unknown else -1
        dam[i] = rng.choice(females) if rng.random() > p_unknown else -1
    return permute(sire, dam, rng.permutation(n))


def permute(sire, dam, new):
    """The same pedigree with animal i at position new[i]."""
    to = np.append(new, -1)
    moved = np.empty((2, len(sire)), dtype=np.int32)
    moved[:, new] = to[np.array([sire, dam])]
    return moved
