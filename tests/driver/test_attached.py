"""Attaching to an application: from another session, while its driver runs, after it left, after it died."""

from __future__ import annotations

import operator
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.driver.loop_swarm import LoopSwarm, LoopVolunteer, loop_swarm

from tabswarm.driver.attached import AttachedApplication, WatchingEngine
from tabswarm.driver.saving import Saving
from tabswarm.driver.swarm_engine import SwarmEngine
from tabswarm.errors import ResultsGone, ResultTooLarge, SessionReplaced, TaskError, UnknownApplication
from tabswarm.rdd.engine_context import EngineContext
from tabswarm.stat_counter import StatCounter


@pytest.fixture
def swarm() -> Iterator[LoopSwarm]:
    with loop_swarm(2) as swarm:
        yield swarm


@contextmanager
def attached(swarm: LoopSwarm, application: str, max_result_size: int = 1 << 30) -> Iterator[AttachedApplication]:
    engine = WatchingEngine(
        swarm.loop,
        swarm.coordinator.door(),
        token=swarm.driver_token,
        application=application,
        max_result_size=max_result_size,
        owns_loop=False,
    )
    with AttachedApplication(engine, max_result_size) as application_:
        yield application_


def detached(swarm: LoopSwarm) -> SwarmEngine:
    """An engine as `tabswarm run --detach` has it."""
    return SwarmEngine(
        swarm.loop,
        swarm.coordinator.door(),
        token=swarm.driver_token,
        name="detached",
        owns_loop=False,
        keep_results=True,
    )


def kill(swarm: LoopSwarm, engine: SwarmEngine) -> None:
    """The driver's process dies: its sockets close without a word, and the coordinator hears of it."""

    async def cut() -> None:
        for task in (engine._listening, engine._relaying):
            task.cancel()
        await engine._neighbours.close()
        await engine._relay.close()
        await engine._session.close()

    swarm.loop.run(cut())
    scheduler = swarm.coordinator.swarm(swarm.swarm).scheduler
    while engine.welcome.peer in scheduler.state.drivers:  # type: ignore[attr-defined]
        threading.Event().wait(0.001)


class Longer:
    """A reducer that is no function of a module's."""

    def __call__(self, a: str, b: str) -> str:
        return max(a, b, key=lambda word: (len(word), word))


ACTIONS: dict[str, Callable[[EngineContext], Any]] = {
    "collect": lambda sc: sc.parallelize([3, 1, 2], 2).collect(),
    "count": lambda sc: sc.range(10, numSlices=3).count(),
    "sum": lambda sc: sc.parallelize([1.5, 2.5], 2).sum(),
    "reduce": lambda sc: sc.parallelize(["a", "ccc", "bb"], 3).reduce(Longer()),
    "reduce by an operator": lambda sc: sc.parallelize([1, 2, 3], 2).reduce(operator.add),
    "reduce by a lambda": lambda sc: sc.parallelize([1, 2, 3], 2).reduce(lambda a, b: a * b),
    "fold": lambda sc: sc.parallelize([[1], [2]], 2).fold([0], operator.add),
    "aggregate": lambda sc: sc.range(5, numSlices=2).aggregate(
        (0, 0), lambda a, x: (a[0] + x, a[1] + 1), lambda a, b: (a[0] + b[0], a[1] + b[1])
    ),
    "max": lambda sc: sc.parallelize([5, 30, 7], 3).max(),
    "min by a key": lambda sc: sc.parallelize([5, 30, 7], 3).min(key=str),
    "countByValue": lambda sc: sc.parallelize("abca", 2).countByValue(),
    "countByKey": lambda sc: sc.parallelize([("a", 1), ("a", 2)], 2).countByKey(),
    "collectAsMap": lambda sc: sc.parallelize([("a", 1), ("b", 2)], 2).collectAsMap(),
    "take": lambda sc: sc.range(100, numSlices=10).take(3),
    "take in several rounds": lambda sc: sc.range(100, numSlices=10).filter(lambda n: n % 9 == 0).take(4),
    "take more than there is": lambda sc: sc.range(5, numSlices=5).take(9),
    "first": lambda sc: sc.range(7, 9, numSlices=2).first(),
    "isEmpty of something": lambda sc: sc.range(1).isEmpty(),
    "isEmpty of nothing": lambda sc: sc.parallelize([], 2).isEmpty(),
    "foreach": lambda sc: sc.range(3).foreach(lambda n: None),
    "runJob": lambda sc: sc.runJob(sc.range(6, numSlices=3), lambda part: [sum(part)], [0, 2]),
    "reduceByKeyLocally": lambda sc: sc.parallelize([("a", 1), ("b", 2), ("a", 3)], 2).reduceByKeyLocally(operator.add),
    "lookup": lambda sc: sc.parallelize([("a", 1), ("b", 2), ("a", 3)], 2).lookup("a"),
    "treeReduce": lambda sc: sc.range(20, numSlices=10).treeReduce(operator.add, 3),
    "treeAggregate": lambda sc: sc.range(20, numSlices=10).treeAggregate(1, operator.add, operator.add),
    "top by a key": lambda sc: sc.parallelize([10, 4, 2, 12, 3], 2).top(2, key=str),
    "takeOrdered": lambda sc: sc.parallelize([10, 4, 2, 12, 3], 2).takeOrdered(2),
    "takeSample": lambda sc: sc.range(100, numSlices=5).takeSample(False, 7, 3),
    "stats": lambda sc: sc.parallelize([1.0, 2.0, 4.0], 2).stats().asDict(),
    "mean": lambda sc: sc.parallelize([1.0, 2.0, 4.0], 2).mean(),
    "sampleStdev": lambda sc: sc.parallelize([1.0, 2.0, 4.0], 2).sampleStdev(),
    "histogram": lambda sc: sc.parallelize("abbc", 2).histogram(("a", "b", "c")),
    "countApproxDistinct": lambda sc: sc.range(500, numSlices=3).countApproxDistinct(),
    "sumApprox": lambda sc: sc.range(500, numSlices=3).sumApprox(60_000),
    "countApprox": lambda sc: sc.range(500, numSlices=3).countApprox(60_000),
    "meanApprox": lambda sc: sc.range(500, numSlices=3).meanApprox(60_000),
    "a shuffle": lambda sc: sorted(
        sc.parallelize([("a", 1), ("b", 2), ("a", 3)], 2).reduceByKey(operator.add).collect()
    ),
}


@pytest.mark.parametrize("action", ACTIONS)
def test_an_action_gives_the_attached_what_it_gave_the_program(swarm: LoopSwarm, action: str) -> None:
    with EngineContext(detached(swarm)) as sc:
        expected = ACTIONS[action](sc)
        with attached(swarm, sc.applicationId) as beside:
            assert normal(beside.result()) == normal(expected)
    with attached(swarm, sc.applicationId) as after:
        assert normal(after.result()) == normal(expected)
        assert [job.state for job in after.jobs()] == ["done"] * len(after.jobs())


def normal(answer: Any) -> Any:
    """A list of pairs of a shuffle has no order of its own."""
    if isinstance(answer, StatCounter):
        return answer.asDict()
    return sorted(answer) if isinstance(answer, list) else answer


def test_results_too_large_for_a_message_are_fetched_from_their_holders(swarm: LoopSwarm) -> None:
    with EngineContext(detached(swarm)) as sc:
        expected = sc.range(4, numSlices=4).map(lambda n: random.Random(n).randbytes(50_000)).collect()
    with attached(swarm, sc.applicationId) as first, attached(swarm, sc.applicationId) as second:
        assert first.result() == second.result() == first.result() == expected


class WithDisk(Saving):
    """A context that saves, as `driver.Context` does."""


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_who_attaches_saves_where_it_says_what_the_program_saved(swarm: LoopSwarm, tmp_path: Path, suffix: str) -> None:
    with WithDisk(detached(swarm)) as sc:
        lines = sc.range(3, numSlices=3).map(lambda n: str(n) * 20_000)
        lines.saveAsTextFile(str(tmp_path / "out"), "gzip" if suffix else None)
    with attached(swarm, sc.applicationId) as application:
        with pytest.raises(ResultsGone, match=r"saveAsTextFile\('.*out'\).*save\(path, job\)"):
            application.result()
        application.save(tmp_path / "again")
    for name in ("_SUCCESS", *(f"part-0000{index}{suffix}" for index in range(3))):
        assert (tmp_path / "again" / name).read_bytes() == (tmp_path / "out" / name).read_bytes()


def test_a_job_that_saves_nothing_is_not_saved(swarm: LoopSwarm, tmp_path: Path) -> None:
    with EngineContext(detached(swarm)) as sc:
        sc.range(3).count()
    with attached(swarm, sc.applicationId) as application, pytest.raises(ValueError, match="saves no files"):
        application.save(tmp_path / "out")
    assert not list(tmp_path.iterdir())


def test_small_results_outlive_every_volunteer() -> None:
    with loop_swarm(0) as swarm:
        volunteer = swarm.join(LoopVolunteer())
        with EngineContext(detached(swarm)) as sc:
            assert sc.range(10, numSlices=4).sum() == 45
        swarm.loop.run(volunteer.leave())
        with attached(swarm, sc.applicationId) as application:
            assert application.result() == 45


def test_a_job_whose_driver_died_is_finished_and_nothing_is_computed_twice() -> None:
    with loop_swarm(0) as swarm:
        engine = swarm.engine()
        sc = EngineContext(engine)
        job = sc._submit(
            sc.range(30, numSlices=30).map(lambda n: (n % 3, n)).reduceByKey(operator.add, 3), range(3), _site()
        )
        kill(swarm, engine)
        swarm.join(LoopVolunteer())
        with attached(swarm, sc.applicationId) as application:
            assert sorted(application.result(job.id)) == [(0, 135), (1, 145), (2, 155)]
            (report,) = application.jobs()
            assert all((node.first, node.recomputed) == (node.partitions, 0) for node in report.nodes)


def test_the_attached_wait_for_a_running_job_and_no_longer_than_they_say() -> None:
    with loop_swarm(0) as swarm, EngineContext(swarm.engine()) as sc:
        job = sc._submit(sc.range(5), range(sc.range(5).getNumPartitions()), _site())
        with attached(swarm, sc.applicationId) as application:
            (report,) = application.jobs()
            assert (report.state, report.waiting_for) == ("running", "volunteers")
            with pytest.raises(TimeoutError):
                application.result(timeout=0.01)
            swarm.join(LoopVolunteer())
            assert application.result(timeout=30) == [0, 1, 2, 3, 4]
            assert [record for _, block in job.results() for record in _records(block)] == [0, 1, 2, 3, 4]


def test_a_failed_job_raises_for_the_attached_what_its_action_raised(swarm: LoopSwarm) -> None:
    with EngineContext(detached(swarm)) as sc:
        with pytest.raises(TaskError):
            sc.range(3).map(lambda n: 1 // n).collect()
        with attached(swarm, sc.applicationId) as application:
            with pytest.raises(TaskError, match="ZeroDivisionError"):
                application.result()


def test_results_that_the_program_took_and_nobody_kept_are_said_to_be_gone(swarm: LoopSwarm) -> None:
    with EngineContext(swarm.engine()) as sc, attached(swarm, sc.applicationId) as application:
        with pytest.raises(ResultsGone, match="no job yet"):
            application.result()
        assert sc.range(3).count() == 3
        with pytest.raises(ResultsGone, match="were not kept"):
            application.result()
        with pytest.raises(ResultsGone, match="no job j77"):
            application.result("j77")


def test_a_take_that_was_left_between_two_jobs_says_so_and_gives_no_half_answer(swarm: LoopSwarm) -> None:
    with EngineContext(detached(swarm)) as sc:
        found = sc.range(40, numSlices=8).filter(lambda n: n > 30).take(2)
        assert found == [31, 32]
        with attached(swarm, sc.applicationId) as application:
            first, *_, last = application.jobs()
            with pytest.raises(ResultsGone, match="0 records were found so far"):
                application.result(first.id)
            assert application.result(last.id) == found


def test_an_answer_over_the_limit_of_the_attached_harms_nobody_else(swarm: LoopSwarm) -> None:
    with EngineContext(detached(swarm)) as sc:
        expected = sc.range(4, numSlices=4).map(lambda n: random.Random(n).randbytes(50_000)).collect()
        with attached(swarm, sc.applicationId, max_result_size=60_000) as small:
            with pytest.raises(ResultTooLarge):
                small.result()
        with attached(swarm, sc.applicationId) as application:
            assert application.result() == expected


def test_an_unknown_application_is_said_in_a_line(swarm: LoopSwarm) -> None:
    with pytest.raises(UnknownApplication, match="no application 'a0'"), attached(swarm, "a0"):
        pass


def test_whoever_attaches_may_end_the_application(swarm: LoopSwarm) -> None:
    with EngineContext(detached(swarm)) as sc:
        assert sc.range(3).count() == 3
    with attached(swarm, sc.applicationId) as application:
        application.stop()
    with pytest.raises(UnknownApplication), attached(swarm, sc.applicationId):
        pass


def test_a_program_whose_application_was_taken_over_hears_why(swarm: LoopSwarm) -> None:
    engine = swarm.engine()
    sc = EngineContext(engine)

    class TakingOver(SwarmEngine):
        def _introduction(self, token: str, name: str) -> Any:
            import msgspec

            return msgspec.structs.replace(super()._introduction(token, name), application=engine.application)

    newer = TakingOver(swarm.loop, swarm.coordinator.door(), token=swarm.driver_token, name="newer", owns_loop=False)
    while engine._lost is None:
        threading.Event().wait(0.001)
    with pytest.raises(SessionReplaced, match="another one took over"):
        sc.range(3).count()
    newer.stop()
    sc.stop()


def _site() -> Any:
    from tabswarm.rdd.call_site import CallSite

    return CallSite("collect", "job.py:1")


def _records(block: bytes) -> list[Any]:
    from tabswarm.rdd.travel import read_block

    return read_block(block, 1 << 30)
