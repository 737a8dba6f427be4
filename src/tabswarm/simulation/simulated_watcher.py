"""Somebody who attaches in the simulator: looks on at an application, and brings its jobs' results home.

Beside it stands what makes attaching worth while: a driver that dies and does not come back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tabswarm.plan.lineage import Plan
from tabswarm.scheduler import commands, events
from tabswarm.simulation.simulated_driver import SimulatedDriver, SimulatedJob

if TYPE_CHECKING:
    from tabswarm.simulation.swarm import SimulatedSwarm


class SimulatedWatcher(SimulatedDriver):
    """One session that looks on. `watch` gives a job that fills as results come."""

    def __init__(self, swarm: SimulatedSwarm, peer: str, application: str) -> None:
        super().__init__(swarm, peer, application)
        swarm.drivers[peer] = self
        swarm.send(self, events.WatcherJoined(peer=peer, application=application))

    def watch(self, job: str, plan: Plan) -> SimulatedJob:
        """Ask to be told of a job; `plan` is only for who checks the answer."""
        request = len(self.jobs) + 1
        watched = self.jobs[request] = SimulatedJob(plan)
        self.swarm.send(self, events.JobWatched(peer=self.id, request=request, job=job))
        return watched

    def receive(self, command: commands.Command) -> None:
        """As a driver hears it; what the job is comes first."""
        if isinstance(command, commands.DescribeJob):
            job = self.jobs[command.request]
            assert command.partitions == job.plan.partitions
            job.id = command.job
            self.by_id[command.job] = job
        else:
            super().receive(command)


def kill_driver(swarm: SimulatedSwarm, peer: str, noticed_after: int) -> None:
    """The driver's process dies: with it goes the data that only it had, and the coordinator notices later."""
    driver = swarm.drivers[peer]
    if driver.alive:
        driver.alive = False
        swarm.clock.after(noticed_after, lambda: swarm.event(events.DriverLeft(peer=peer)))
