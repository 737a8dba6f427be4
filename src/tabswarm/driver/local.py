"""`local[N]`: a whole swarm in this process, its coordinator and a native volunteer on one background loop.

Nothing listens on a port: peers meet over memory. Tasks run in N processes of the volunteer's, as they would elsewhere.
The program stops the swarm; if it is killed instead, the worker processes notice and end, and the next volunteer on
this machine sweeps what they left.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tabswarm.driver.loop_thread import LoopThread
from tabswarm.driver.swarm_engine import SwarmEngine

if TYPE_CHECKING:
    from tabswarm.coordinator.coordinator import Coordinator
    from tabswarm.worker.native import NativeVolunteer

STARTS_WITHIN = 30.0
"""Seconds that the volunteer has to join; it takes a fraction of one."""
ENDS_WITHIN = 5.0
"""Seconds that the volunteer has to end its processes."""


def start_local(slots: int, *, name: str, max_result_size: int, progress: bool | None) -> LocalEngine:
    """A swarm of this process's own with `slots` worker processes, and the engine on it."""
    loop = LoopThread("tabswarm local")
    swarm = _LocalSwarm()
    try:
        loop.run(swarm.open(slots))
        return LocalEngine(loop, swarm, slots, name=name, max_result_size=max_result_size, progress=progress)
    except BaseException:
        loop.run(swarm.close())
        loop.stop()
        raise


class LocalEngine(SwarmEngine):
    """The engine on a swarm that lives and ends with it."""

    def __init__(
        self,
        loop: LoopThread,
        swarm: _LocalSwarm,
        slots: int,
        *,
        name: str,
        max_result_size: int,
        progress: bool | None,
    ) -> None:
        self._local = swarm
        self._local_slots = slots
        super().__init__(
            loop,
            swarm.coordinator.door(),
            token=swarm.driver_token,
            name=name,
            max_result_size=max_result_size,
            progress=progress,
        )

    @property
    def default_parallelism(self) -> int:
        """N of `local[N]`."""
        return self._local_slots

    async def _say_goodbye(self) -> None:
        await super()._say_goodbye()
        await self._local.close()


class _LocalSwarm:
    """The coordinator and the volunteer, on the loop."""

    coordinator: Coordinator
    driver_token: str

    def __init__(self) -> None:
        self._volunteer: NativeVolunteer | None = None
        self._running: asyncio.Task[None] | None = None
        self._opened = False

    async def open(self, slots: int) -> None:
        # Here and not above: a program that only joins a swarm loads neither of them.
        from tabswarm.coordinator.coordinator import Coordinator
        from tabswarm.coordinator.tokens import Role
        from tabswarm.scheduler.scheduler import Scheduler
        from tabswarm.worker.native.volunteer import NativeVolunteer

        self.coordinator = Coordinator(Scheduler)
        self._opened = True
        swarm = self.coordinator.create_swarm("local")
        self.driver_token = self.coordinator.issue(Role.DRIVER, swarm)
        invite = self.coordinator.issue(Role.VOLUNTEER, swarm)
        self._volunteer = NativeVolunteer(self.coordinator.door(), invite, slots=slots, name="local")
        self._running = asyncio.create_task(self._volunteer.run(), name="tabswarm local volunteer")
        joined = asyncio.create_task(self._volunteer.joined.wait())
        async with asyncio.timeout(STARTS_WITHIN):
            await asyncio.wait({self._running, joined}, return_when=asyncio.FIRST_COMPLETED)
        joined.cancel()
        if self._running.done():
            self._running.result()

    async def close(self) -> None:
        if self._volunteer is not None and self._running is not None:
            self._volunteer.stop()
            await asyncio.wait({self._running}, timeout=ENDS_WITHIN)
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)
        if self._opened:
            await self.coordinator.close()
