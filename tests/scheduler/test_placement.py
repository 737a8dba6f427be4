"""Who gets what: near its sources, never beside an idle slot, fairly among applications, first come first served."""

from __future__ import annotations

from tabswarm.plan.task import Failure, FailureKind, SinkReport, TaskSpec
from tabswarm.scheduler import commands, events
from tabswarm.scheduler.invariants import check_invariants
from tabswarm.scheduler.scheduler import Scheduler
from tabswarm.simulation.plan_text import read_plan
from tabswarm.simulation.scenario import Scenario, finished_event


class Board:
    """A scheduler, and who has which task now."""

    def __init__(self, **slots: int) -> None:
        self.scheduler = Scheduler()
        self.holds: dict[str, dict[int, TaskSpec]] = {}
        for peer, count in slots.items():
            self.join(peer, count)

    def join(self, peer: str, slots: int) -> None:
        self.handle(events.VolunteerJoined(peer=peer, kind="tab", name=peer, slots=slots, memory=1, python="3.14"))

    def handle(self, event: events.Event) -> None:
        for command in self.scheduler.handle(event):
            if isinstance(command, commands.AssignTask):
                self.holds.setdefault(command.peer, {})[command.spec.task] = command.spec
            elif isinstance(command, commands.CancelAttempt):
                del self.holds[command.peer][command.task]
        check_invariants(self.scheduler)

    def submit(self, application: str, request: int, *lines: str) -> None:
        driver = f"d-{application}"
        if application not in self.scheduler.state.applications:
            self.handle(events.DriverJoined(peer=driver, application=application))
        self.handle(events.JobSubmitted(peer=driver, request=request, plan=read_plan(application, lines)))

    def finish(self, peer: str, *, size: int = 100) -> None:
        """The peer's oldest task ends, with sinks of that size."""
        spec = self.holds[peer].pop(next(iter(self.holds[peer])))
        done = finished_event(peer, spec)
        sinks = tuple(SinkReport(block=sink.block, size=size, root=b"root") for sink in done.sinks)
        self.handle(
            events.TaskFinished(
                peer=peer, task=done.task, attempt=done.attempt, sinks=sinks, runs=done.runs, seconds=0.0
            )
        )

    def counts(self) -> dict[str, int]:
        return {peer: len(tasks) for peer, tasks in self.holds.items()}

    def applications(self, peer: str) -> list[str]:
        return [spec.application for spec in self.holds[peer].values()]


def test_a_task_goes_where_most_bytes_of_its_sources_are() -> None:
    board = Board(v1=1, v2=1, v3=1)
    board.submit("a1", 1, "1 source 3", "2 map 1", "3 coalesce 2 parts=1", "want 3")
    board.finish("v1", size=10)
    board.finish("v3", size=20)
    board.finish("v2", size=500)
    assert board.counts() == {"v1": 0, "v2": 1, "v3": 0}


def test_locality_never_leaves_a_slot_idle() -> None:
    board = Board(v1=1)
    board.submit("a1", 1, "1 source 4", "2 cache 1", "want 2")
    for _ in range(4):
        board.finish("v1", size=10**6)
    board.join("v2", 1)
    board.submit("a1", 2, "1 source 4", "2 cache 1", "3 map 2", "want 3")
    assert board.counts() == {"v1": 2, "v2": 2}


def test_slots_fill_before_queues_and_queues_are_as_long_as_there_are_slots() -> None:
    board = Board(v1=3, v2=1)
    board.submit("a1", 1, "1 source 4", "want 1")
    assert board.counts() == {"v1": 3, "v2": 1}
    board.submit("a1", 2, "2 source 10", "want 2")
    assert board.counts() == {"v1": 6, "v2": 2}


def test_load_is_even_by_number_of_tasks() -> None:
    peers = {f"v{number}": 1 for number in range(1, 8)}
    board = Board(**peers)
    board.submit("a1", 1, "1 source 70", "want 1")
    done = dict.fromkeys(peers, 0)
    while any(board.counts().values()):
        for peer in peers:
            if board.holds[peer]:
                board.finish(peer)
                done[peer] += 1
    assert set(done.values()) == {10}


def test_three_applications_get_equal_shares() -> None:
    board = Board(v1=3)
    for number in (1, 2, 3):
        board.submit(f"a{number}", 1, f"{number} source 12", f"want {number}")
    for _ in range(6):
        board.finish("v1")
    assert sorted(board.applications("v1")) == ["a1", "a1", "a2", "a2", "a3", "a3"]


def test_jobs_of_one_application_go_in_order_and_later_ones_fill_in() -> None:
    board = Board(v1=1, v2=1)
    board.submit("a1", 1, "1 source 1", "2 map 1", "3 reduce 2 parts=2", "want 3")
    board.submit("a1", 2, "4 source 5", "want 4")
    jobs = [spec.job for tasks in board.holds.values() for spec in tasks.values()]
    assert sorted(jobs) == ["j1", "j2", "j2", "j2"]
    board.finish("v1")
    assert [spec.job for spec in board.holds["v1"].values()] == ["j2", "j1"]


def test_a_task_that_loses_its_volunteer_again_and_again_ends_the_job_at_last() -> None:
    scenario = Scenario()
    scenario.run(["driver d1 a1"])
    scenario.run(["submit d1 a1", "1 source 1", "want 1"])
    told: list[str] = []
    for number in range(120):
        told += scenario.run([f"volunteer v{number}"])
        told += scenario.run([f"leave v{number}"])
    failed = [line for line in told if "failed j1" in line]
    assert len(failed) == 1
    assert "WorkerLost: source at job.py:1, partition 0: started 100 times and never came to an end" in failed[0]
    assert not scenario.scheduler.state.tasks


def test_a_task_waits_for_the_volunteer_that_has_not_failed_at_it() -> None:
    board = Board(v1=1, v2=1)
    board.submit("a1", 1, "1 source 4", "want 1")
    held = next(iter(board.holds["v1"].values()))
    del board.holds["v1"][held.task]
    failure = Failure(kind=FailureKind.RAISED, type_name="ValueError", message="no", line="job.py:1")
    board.handle(events.TaskFailed(peer="v1", task=held.task, attempt=held.attempt, failure=failure))
    assert held.task not in board.holds["v1"]
    board.finish("v2")
    board.finish("v2")
    assert held.task in board.holds["v2"]
