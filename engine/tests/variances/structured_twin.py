"""REML of structured matrices by hand: the dense likelihood, maximised by BFGS over loadings and roots of specific
variances from random starts."""

import numpy as np
from scipy.optimize import minimize

from .twin import OUTSIDE


def best_structured(dense, scale, form, k, rng, restarts):
    """The least -2 log L of several starts: a structured matrix and an unstructured residual; `scale` (t,) is the size
    of their diagonals."""
    t = dense.sizes[0]
    n_loads = t * k if form in ("reduced_rank", "factor_analytic") else 0
    n_own = t if form in ("diagonal", "factor_analytic") else 0
    place = np.tril_indices(t)
    root = np.sqrt(scale)[:, None]

    def parts(z):
        loads = root * z[:n_loads].reshape(t, -1) if n_loads else np.zeros((t, 0))
        own = root[:, 0] * z[n_loads : n_loads + n_own] if n_own else np.zeros(t)
        lower = np.zeros((t, t))
        lower[place] = z[n_loads + n_own :]
        return loads, own, root * lower

    def target(z):
        loads, own, lower = parts(z)
        value, (of_g, of_r) = dense.minus2([loads @ loads.T + np.diag(own**2), lower @ lower.T])
        if not np.isfinite(value):
            return OUTSIDE, np.zeros_like(z)
        slopes = [(2 * root * (of_g @ loads)).ravel()] if n_loads else []
        slopes += [2 * root[:, 0] * np.diag(of_g) * own] if n_own else []
        return value, np.concatenate([*slopes, (2 * root * (of_r @ lower))[place]])

    best = np.inf
    for _ in range(restarts):
        lower = np.linalg.cholesky(np.diag(rng.uniform(0.2, 0.9, t)))
        z = np.concatenate([rng.normal(size=n_loads) * 0.5, rng.uniform(0.1, 0.8, n_own), lower[place]])
        for method, options in (("L-BFGS-B", {"maxiter": 3000, "ftol": 1e-13, "gtol": 1e-7}), ("BFGS", {"gtol": 1e-5})):
            z = minimize(target, z, jac=True, method=method, options=options).x
        best = min(best, float(target(z)[0]))
    return best
