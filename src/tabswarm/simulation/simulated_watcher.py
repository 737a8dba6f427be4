"""Somebody who attaches in the simulator: looks on at an application, and brings its jobs' results home."""

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
        swarm.drivers[peer] = swarm.peers[peer] = self
        self._wanted: dict[int, str] = {}
        self.connect()

    def hello(self) -> events.Event:
        """It is there."""
        return events.WatcherJoined(peer=self.id, application=self.application)

    def on_welcome(self) -> None:
        """Ask for all that is not there yet."""
        for request, job in self._wanted.items():
            if not self.jobs[request].over:
                self.say(events.JobWatched(peer=self.id, request=request, job=job))

    def watch(self, job: str, plan: Plan) -> SimulatedJob:
        """Ask to be told of a job; `plan` is only for who checks the answer."""
        request = len(self.jobs) + 1
        watched = self.jobs[request] = SimulatedJob(plan)
        self._wanted[request] = job
        if self.session is not None:
            self.say(events.JobWatched(peer=self.id, request=request, job=job))
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
