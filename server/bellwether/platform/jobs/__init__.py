"""Long work as a resource: submitted in the caller's transaction, run by the worker, watched by its row.

A service submits with `service.submit`, offers `routes.job_routes(name)` and gives the worker its `kinds.JobKind`s.
"""
