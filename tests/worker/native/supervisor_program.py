"""A supervisor with a hanging task, as a program of its own for tests that end it.

Prints the ids of its processes and its block folder once the task runs. `python supervisor_program.py FLAG_FILE`.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from tests.worker.native.lone_coordinator import LoneCoordinator
from tests.worker.native.test_tasks import say_pid_and_hang, written

from tabswarm.worker.native import NativeVolunteer
from tabswarm.worker.native.run import stopped_by_signals


async def main(flag: Path) -> None:
    coordinator = LoneCoordinator()
    volunteer = NativeVolunteer(coordinator, "token", slots=1, block_root=flag.parent)
    with stopped_by_signals(volunteer, lambda line: print(line, flush=True)):
        running = asyncio.create_task(volunteer.run())
        await volunteer.joined.wait()
        await coordinator.run(say_pid_and_hang(flag))
        await written(flag)
        assert volunteer.pool is not None
        volunteer.pool.warm_up()
        print(json.dumps({"pids": volunteer.pool.pids, "folder": str(volunteer.pool.directory)}), flush=True)
        await running
    await coordinator.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
