"""The worker with the kinds and the consumer of the tests. `python worker_process.py --port PORT`"""

import asyncio
import sys

from bellwether.launch.entry.work import work
from bellwether.platform.settings import PlatformSettings
from bellwether.platform.telemetry import configure_logs
from bellwether.platform.worker import worker_slots
from flow_kinds import consumers, kinds

if __name__ == "__main__":
    # the same order of things in a quarter of the time
    for name in ("LEASE_S", "LOOK_EVERY_S", "STRANDED_S"):
        setattr(worker_slots, name, getattr(worker_slots, name) / 4)
    platform = PlatformSettings()
    configure_logs(platform.log_level)
    asyncio.run(work(platform, consumers(), kinds(), int(sys.argv[2])))
