"""What it costs the coordinator that somebody looks on: 200 volunteers, a job of 2,000 tasks of a second each.

Time is virtual, so the machine's load matters little: 200 tasks start and end in each second, and four times in it the
console is told what is new, as bytes. Counted is the processor's time.
"""

from __future__ import annotations

import heapq
import statistics
import time
from collections.abc import Callable

import msgspec

from benchmarks.measure import load
from tabswarm.coordinator.observers import Observer
from tabswarm.plan.task import TaskSpec
from tabswarm.scheduler import commands, events
from tabswarm.scheduler.scheduler import Scheduler
from tabswarm.simulation.plan_text import read_plan
from tabswarm.simulation.scenario import finished_event

VOLUNTEERS, TASKS, LASTS, ROUND = 200, 2000, 1000, 250
"""How many, and milliseconds of virtual time."""
WIDTH = 250
"""Tasks of one level: of more, neighbours would share a task."""
PLAN = (
    f"1 source {WIDTH}",
    *(f"{node} reduce {node - 1} parts={WIDTH}" for node in range(2, TASKS // WIDTH + 1)),
    f"want {TASKS // WIDTH}",
)

encode = msgspec.msgpack.Encoder().encode


class Console:
    """An observer, how long it takes to tell it, and how many bytes it is told."""

    def __init__(self, job: str) -> None:
        self.observer = Observer(job)
        self.seconds: list[float] = []
        self.sizes: list[int] = []

    def look(self, scheduler: Scheduler, now: int) -> None:
        began = time.process_time()
        news = self.observer.news(scheduler.look(), scheduler, now)
        told = encode(news) if news is not None else b""
        self.seconds.append(time.process_time() - began)
        self.sizes.append(len(told))


class Swarm:
    """Volunteers who do one task after the other, each in the time that it takes, on a virtual clock."""

    def __init__(self) -> None:
        self.scheduler = Scheduler()
        self.now = 0
        self._queues: dict[str, list[TaskSpec]] = {f"v{number}": [] for number in range(VOLUNTEERS)}
        self._ends: list[tuple[int, int, str]] = []
        self._busy: dict[str, TaskSpec] = {}

    def feed(self, event: events.Event) -> None:
        for order in self.scheduler.handle(event):
            if isinstance(order, commands.AssignTask):
                self._queues[order.peer].append(order.spec)
                self._begin(order.peer)
            elif isinstance(order, commands.CancelAttempt):
                queue = self._queues[order.peer]
                queue[:] = [spec for spec in queue if (spec.task, spec.attempt) != (order.task, order.attempt)]

    def _begin(self, peer: str) -> None:
        if peer not in self._busy and self._queues[peer]:
            spec = self._busy[peer] = self._queues[peer].pop(0)
            heapq.heappush(self._ends, (self.now + LASTS // 2 + 37 * spec.task % LASTS, spec.task, peer))
            task, attempt = spec.task, spec.attempt
            self.feed(events.TaskStarted(peer=peer, task=task, attempt=attempt, read=2**20, fetched=2**19, seconds=0.1))

    def run(self, look: Callable[[Scheduler, int], None]) -> None:
        """The job from its beginning to its end."""
        for peer in self._queues:
            self.feed(events.VolunteerJoined(peer=peer, kind="tab", name="Ada", slots=1, memory=2**30, python="3.14"))
        self.feed(events.DriverJoined(peer="d1", application="a1"))
        self.feed(events.JobSubmitted(peer="d1", request=1, plan=read_plan("a1", PLAN)))
        due = 0
        while self._ends:
            end, _, peer = heapq.heappop(self._ends)
            while due <= end:
                look(self.scheduler, due)
                due += ROUND
            self.now = end
            self.feed(events.Tick(now=end))
            self.feed(finished_event(peer, self._busy.pop(peer)))
            self._begin(peer)


def play(look: Callable[[Scheduler, int], None]) -> tuple[float, float]:
    """One job: the seconds of the processor that all took, and those of virtual time."""
    began = time.process_time()
    swarm = Swarm()
    swarm.run(look)
    assert swarm.scheduler.state.jobs["j1"].done == TASKS
    return time.process_time() - began, swarm.now / 1000


def run() -> None:
    """Measure."""
    plain, watched, rounds, sizes = [], [], [], []
    lasted = 0.0
    for _ in range(3):
        alone, lasted = play(lambda scheduler, now: None)
        console = Console("j1")
        taken, _ = play(console.look)
        plain.append(alone / lasted)
        watched.append(taken / lasted)
        rounds += console.seconds
        sizes += console.sizes
    median = statistics.median
    print(
        f"{VOLUNTEERS} volunteers, {TASKS} tasks in {lasted:.0f} s: the scheduler takes {median(plain) * 1000:.0f} ms "
        f"of processor a second, with a console that looks on {median(watched) * 1000:.0f} ms; a round takes "
        f"{median(rounds) * 1000:.1f} ms (at most {max(rounds) * 1000:.1f}) and has {median(sizes) / 1024:.0f} KiB "
        f"(at most {max(sizes) / 1024:.0f}); {load()}\n"
    )
