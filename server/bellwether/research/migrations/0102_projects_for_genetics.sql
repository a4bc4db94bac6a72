-- which projects the caller belongs to: genetics asks, to find the farms that let them see something
grant usage on schema research to genetics_app;
grant execute on function research.my_projects() to genetics_app;
