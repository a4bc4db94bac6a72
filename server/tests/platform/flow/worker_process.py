"""The worker with the kinds and the consumer of the tests. `python worker_process.py --port PORT`"""

import asyncio
import sys

from bellwether.launch.work import work
from bellwether.platform.settings import PlatformSettings
from bellwether.platform.telemetry import configure_logs
from flow_kinds import consumers, kinds

if __name__ == "__main__":
    platform = PlatformSettings()
    configure_logs(platform.log_level)
    asyncio.run(work(platform, consumers(), kinds(), int(sys.argv[2])))
