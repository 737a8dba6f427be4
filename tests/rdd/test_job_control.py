"""Groups, tags, local properties, cancelling, and what can be asked of jobs."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from operator import add

import pytest
from tests.driver.loop_swarm import LoopSwarm, LoopVolunteer, loop_swarm

from tabswarm.driver.inheritable_thread import InheritableThread, inheritable_thread_target
from tabswarm.errors import JobCancelled, PlanRefused, TaskError
from tabswarm.rdd import job_register
from tabswarm.rdd.engine_context import EngineContext
from tabswarm.simulation.engine import SimulatedEngine


@pytest.fixture
def sc() -> Iterator[EngineContext]:
    with EngineContext(SimulatedEngine(seed=3)) as context:
        yield context


@pytest.fixture
def idle() -> Iterator[LoopSwarm]:
    """A swarm without volunteers: its jobs run until somebody cancels them."""
    with loop_swarm(0) as swarm:
        yield swarm


class Counting(threading.Thread):
    """A thread in which an action runs, with what it raised. It is started with the marks that `mark` sets."""

    def __init__(self, sc: EngineContext, group: str | None = None, tag: str | None = None) -> None:
        super().__init__(daemon=True)
        self.error: BaseException | None = None
        self._sc, self._group, self._tag = sc, group, tag
        running = len(sc.statusTracker().getActiveJobsIds())
        self.start()
        while len(sc.statusTracker().getActiveJobsIds()) == running:
            self.join(0.001)

    def run(self) -> None:
        if self._group is not None:
            self._sc.setJobGroup(self._group, "counts")
        if self._tag is not None:
            self._sc.addJobTag(self._tag)
        try:
            self._sc.range(4, numSlices=2).count()
        except BaseException as error:
            self.error = error

    def raised(self) -> str:
        self.join(10)
        assert isinstance(self.error, JobCancelled)
        return str(self.error)


def test_properties_belong_to_a_thread_and_a_context(sc: EngineContext) -> None:
    sc.setLocalProperty("colour", "green")
    seen: list[str | None] = []
    thread = threading.Thread(target=lambda: seen.append(sc.getLocalProperty("colour")))
    thread.start()
    thread.join()
    with EngineContext(SimulatedEngine(seed=4)) as other:
        assert (seen, other.getLocalProperty("colour")) == ([None], None)
    sc.setLocalProperty("colour", None)
    assert sc.getLocalProperty("colour") is None


def test_an_inheritable_thread_takes_over_what_its_parent_said_and_gives_nothing_back(sc: EngineContext) -> None:
    sc.setJobGroup("parent", "")
    seen: list[str | None] = []

    def child() -> None:
        seen.append(sc.getLocalProperty("spark.jobGroup.id"))
        sc.setJobGroup("child", "")
        grandchild = InheritableThread(target=lambda: seen.append(sc.getLocalProperty("spark.jobGroup.id")))
        grandchild.start()
        grandchild.join()

    thread = InheritableThread(target=child)
    thread.start()
    thread.join()
    assert seen == ["parent", "child"]
    assert sc.getLocalProperty("spark.jobGroup.id") == "parent"


def test_a_wrapped_function_runs_with_the_properties_of_who_wrapped_it(sc: EngineContext) -> None:
    sc.addJobTag("wrapped")
    tags = inheritable_thread_target(lambda: sc.getJobTags())

    @inheritable_thread_target(object())
    def also() -> set[str]:
        return sc.getJobTags()

    sc.clearJobTags()
    assert (tags(), sc.getJobTags()) == ({"wrapped"}, set())
    sc.addJobTag("later")
    assert also() == {"wrapped"}
    assert sc.getJobTags() == {"later"}


def test_tags_are_a_set(sc: EngineContext) -> None:
    sc.addJobTag("a")
    sc.addJobTag("b")
    sc.addJobTag("a")
    assert sc.getJobTags() == {"a", "b"}
    sc.removeJobTag("a")
    sc.removeJobTag("never there")
    assert sc.getJobTags() == {"b"}
    for bad in ("", "a,b"):
        for method in (sc.addJobTag, sc.removeJobTag, sc.cancelJobsWithTag):
            with pytest.raises(ValueError, match="Spark job tag cannot"):
                method(bad)


def test_marks_stand_in_the_reports(sc: EngineContext) -> None:
    sc.setJobGroup("nightly", "sums of everything")
    sc.addJobTag("z")
    sc.addJobTag("a")
    sc.range(3).sum()
    engine = sc._engine
    assert isinstance(engine, SimulatedEngine)
    (report,) = engine.reports()
    assert (report.group, report.description, report.tags) == ("nightly", "sums of everything", ("a", "z"))


def test_more_properties_than_a_plan_carries_are_refused(sc: EngineContext) -> None:
    sc.setLocalProperty("long", "x" * 100_000)
    with pytest.raises((PlanRefused, Exception), match="local properties"):
        sc.range(3).sum()
    sc.setLocalProperty("long", None)


def test_a_group_is_cancelled_and_nobody_else(idle: LoopSwarm) -> None:
    with EngineContext(idle.engine()) as sc:
        mine, other, none = Counting(sc, "mine"), Counting(sc, "other"), Counting(sc)
        sc.cancelJobGroup("mine", "it takes too long")
        assert mine.raised().endswith("was cancelled part of cancelled job group mine: it takes too long")
        assert len(sc.statusTracker().getActiveJobsIds()) == 2
        sc.cancelAllJobs()
        assert "all jobs" in other.raised() and "all jobs" in none.raised()
        assert sc.statusTracker().getActiveJobsIds() == []


def test_a_tag_is_cancelled_and_nobody_else(idle: LoopSwarm) -> None:
    with EngineContext(idle.engine()) as sc:
        tagged, other = Counting(sc, tag="big"), Counting(sc, tag="bigger")
        sc.cancelJobsWithTag("big")
        assert "job tag big" in tagged.raised()
        assert len(sc.statusTracker().getActiveJobsIds()) == 1
        idle.join(LoopVolunteer())
        other.join(10)
        assert other.error is None


def test_what_is_cancelled_is_cancelled_on_the_swarm(idle: LoopSwarm) -> None:
    with EngineContext(idle.engine()) as sc:
        counting = Counting(sc, "mine")
        sc.cancelJobGroup("mine")
        counting.raised()
        scheduler = idle.coordinator.swarm(idle.swarm).scheduler
        while scheduler.report()[0].state == "running":
            threading.Event().wait(0.001)
        assert [report.state for report in scheduler.report()] == ["cancelled"]


def test_the_status_of_a_job_and_its_stages(idle: LoopSwarm) -> None:
    with EngineContext(idle.engine()) as sc:
        tracker = sc.statusTracker()
        counting = Counting(sc, "mine")
        (number,) = tracker.getJobIdsForGroup("mine")
        job = tracker.getJobInfo(number)
        assert job is not None and job.status == "RUNNING" and len(job.stageIds) == 1
        assert tracker.getActiveJobsIds() == [number] and tracker.getActiveStageIds() == job.stageIds
        stage = tracker.getStageInfo(job.stageIds[0])
        assert stage is not None
        assert (stage.numTasks, stage.numCompletedTasks, stage.numFailedTasks) == (2, 0, 0)
        assert stage.name.startswith("count at ")
        idle.join(LoopVolunteer())
        counting.join(10)
        job, stage = tracker.getJobInfo(number), tracker.getStageInfo(stage.stageId)
        assert job is not None and job.status == "SUCCEEDED"
        assert stage is not None and (stage.numCompletedTasks, stage.numActiveTasks) == (2, 0)
        assert tracker.getActiveStageIds() == []
        assert tracker.getJobInfo(99) is None and tracker.getStageInfo(99) is None


def test_jobs_and_stages_are_numbered_from_zero(sc: EngineContext) -> None:
    tracker = sc.statusTracker()
    sc.range(6, numSlices=3).map(lambda n: (n % 2, n)).reduceByKey(add, 2).collect()
    with pytest.raises(TaskError):
        sc.range(2).map(lambda n: 1 // 0).collect()
    sc.setJobGroup("g", "")
    sc.range(3).sum()
    assert tracker.getJobIdsForGroup(None) == [0, 1] and tracker.getJobIdsForGroup("g") == [2]
    infos = [tracker.getJobInfo(number) for number in range(3)]
    assert [(info.stageIds, info.status) for info in infos if info] == [
        ([0, 1], "SUCCEEDED"),
        ([2], "FAILED"),
        ([3], "SUCCEEDED"),
    ]


def test_jobs_that_are_over_are_forgotten_at_last(sc: EngineContext, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_register, "KEPT", 3)
    for _ in range(6):
        sc.range(1, numSlices=1).count()
    assert sc.statusTracker().getJobIdsForGroup(None) == [2, 3, 4, 5]


def test_a_job_that_is_over_holds_neither_its_plan_nor_its_blocks(sc: EngineContext) -> None:
    sc.range(4, numSlices=2).count()
    sc.range(4, numSlices=2).count()
    tracker = sc.statusTracker()
    first, second = (sc._jobs.jobs[number] for number in tracker.getJobIdsForGroup())
    assert first._handle is None and second._handle is not None
    info = tracker.getStageInfo(0)
    assert info is not None and info.name.startswith("count at ") and info.numCompletedTasks == 2
