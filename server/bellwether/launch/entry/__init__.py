"""What the processes are started with: services, worker, migrations."""
