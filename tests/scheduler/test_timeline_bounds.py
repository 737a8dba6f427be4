"""A timeline is bounded: what is too much is counted and not listed, cut, or forgotten with the oldest jobs."""

from __future__ import annotations

import pytest
from tests.scheduler.observing import Observed, observed

from tabswarm.plan.observation import TEXT
from tabswarm.plan.task import Failure, FailureKind, Run, SinkReport
from tabswarm.scheduler import archive, events, observed_job, timeline
from tabswarm.scheduler.timeline import MOST


def test_attempts_past_the_list_are_only_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timeline, "LISTED", 3)
    swarm = observed("volunteer v1 slots=2").submit().do("run")
    follower = swarm.look()
    assert len(follower.attempts) == 3 and swarm.job().attempts == 6
    folded = follower.folded
    assert {stage: (each.attempts, each.done) for stage, each in folded.items()} == {0: (1, 1), 1: (2, 2)}
    assert sum(each.rows for each in folded.values()) == 30 and sum(each.written for each in folded.values()) == 300
    assert [(stage.tasks, stage.done) for stage in swarm.job().stages] == [(4, 4), (2, 2)]


def test_kinds_of_failure_past_the_bound_are_not_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timeline, "ERRORS", 1)
    swarm = observed("volunteer v1 slots=2", "volunteer v2 slots=2").submit(["1 source 2", "2 map 1", "want 2"])
    owners = {attempt.task: attempt.volunteer for attempt in swarm.attempts()}
    for task in owners:
        swarm.do(f"start {owners[task]} t{task}", f"fail {owners[task]} t{task} raised type=E{task} message=m{task}")
    failed = [attempt for attempt in swarm.attempts() if attempt.message]
    assert [(attempt.error, attempt.message) for attempt in failed] == [(0, "m1"), (-1, "m2")]
    assert list(swarm.look().errors) == [0] and swarm.job().failed == 2


def test_the_oldest_jobs_that_are_over_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "JOBS", 2)
    swarm = observed("volunteer v1")
    for number in range(1, 5):
        swarm.submit([f"{number} source 1", f"want {number}"]).do("run", f"fetched j{number}")
        swarm.look()
    assert list(swarm.follower.jobs) == ["j3", "j4"]
    assert swarm.follower.job == "", "j1 was the observed one"


def test_jobs_that_are_over_list_so_many_attempts_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "ATTEMPTS", 13)
    swarm = observed("volunteer v1")
    for number in range(1, 5):
        swarm.submit([f"{number} source 6", f"want {number}"]).do("run", f"fetched j{number}")
    kept = swarm.scheduler.state.archive
    assert list(kept.finished) == ["j3", "j4"] and kept.listed == 12


def test_numbers_that_a_volunteer_makes_up_can_be_told() -> None:
    swarm = observed("volunteer v1").submit(["1 source 1", "2 map 1", "want 2"])
    swarm.handle(events.TaskStarted(peer="v1", task=1, attempt=1, read=2**64 - 1, fetched=-5, seconds=0.5))
    spec = swarm.specs[1, 1]
    sinks = tuple(SinkReport(block=sink.block, size=2**64 - 1, root=b"r") for sink in spec.sinks)
    runs = tuple(Run(step.node, step.partition, 2**64 - 1, False) for step in spec.steps)
    swarm.handle(events.TaskFinished(peer="v1", task=1, attempt=1, sinks=sinks, runs=runs, seconds=-1.0))
    (attempt,) = swarm.attempts()
    assert (attempt.rows, attempt.written, attempt.read, attempt.fetched) == (MOST, MOST, MOST, -1)
    volunteer = swarm.look().volunteers["v1"]
    assert (volunteer.rows, volunteer.held, volunteer.seconds) == (MOST, MOST, 0.0)
    assert swarm.look().progress[2].rows == MOST


def test_texts_are_cut() -> None:
    swarm = observed("volunteer v1", "volunteer v2").submit(["1 source 1", "2 map 1", "want 2"])
    failure = Failure(kind=FailureKind.RAISED, type_name="E" * 9999, message="m" * 9999, line="l" * 9999)
    swarm.handle(events.TaskFailed(peer="v1", task=1, attempt=1, failure=failure))
    attempt, error = swarm.attempts()[0], swarm.look().errors[0]
    assert len(attempt.message) == len(error.type_name) == len(error.line) == TEXT
    assert len(error.message) == 8000


def test_a_long_list_comes_in_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    from tabswarm.coordinator import observers

    monkeypatch.setattr(observers, "SLICE", 4)
    swarm = observed("volunteer v1 slots=2").submit(["1 source 11", "2 map 1", "want 2"]).do("run")
    slices: list[int] = []
    while (news := swarm.observer.news(swarm.scheduler.look(), swarm.scheduler, 0)) is not None:
        slices.append(len(news.attempts))
        swarm.follower.hear(news)
        assert news.more == (len(slices) < 3) and news.fresh == (len(slices) == 1)
    assert slices == [4, 4, 3]
    whole = Observed()
    whole.scheduler = swarm.scheduler
    monkeypatch.undo()
    assert whole.look().attempts == swarm.follower.attempts and len(whole.follower.attempts) == 11


def test_of_a_large_graph_the_last_nodes_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(observed_job, "NODES", 2)
    swarm = observed("volunteer v1").submit()
    assert list(swarm.look().nodes) == [3, 4] == list(swarm.look().progress)


def test_a_store_is_counted_again_only_when_its_blocks_have_changed() -> None:
    swarm = observed("volunteer v1", "volunteer v2").submit(["1 source 2", "2 cache 1", "want 2"]).do("run")
    before = swarm.scheduler.look().stores["a1", 2]
    assert swarm.scheduler.look().stores["a1", 2] is before
    swarm.do("leave v1")
    assert swarm.scheduler.look().stores["a1", 2].there == before.there - 1


def test_what_a_job_that_is_over_lists_takes_little_room_and_is_seen_all_the_same() -> None:
    swarm = observed("volunteer v1").submit(["1 source 200", "want 1"]).do("run")
    before = swarm.attempts()
    swarm.do("fetched j1")
    kept = swarm.scheduler.state.archive.finished["j1"].timeline
    assert not kept.attempts and len(kept.packed) < 100 * len(before)
    late = Observed()
    late.scheduler = swarm.scheduler
    assert late.attempts() == before
