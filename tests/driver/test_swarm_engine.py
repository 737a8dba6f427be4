"""A driver against a real coordinator and real tasks, in one process."""

from __future__ import annotations

import os
import pickle
import random
import struct
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from operator import add
from pathlib import Path

import pytest
from tests.driver.loop_swarm import LoopSwarm, LoopVolunteer, loop_swarm

from tabswarm.driver.swarm_engine import SwarmEngine
from tabswarm.driver.text_files import TextFiles
from tabswarm.errors import (
    ContextInTask,
    CoordinatorUnreachable,
    NoEligibleVolunteers,
    NotShippable,
    RecordRefused,
    ResultTooLarge,
    SourceUnavailable,
    TabswarmError,
    TaskError,
)
from tabswarm.plan.operators import TextLines
from tabswarm.rdd.call_site import CallSite
from tabswarm.rdd.engine_context import EngineContext
from tabswarm.rdd.operation import Plain
from tabswarm.rdd.rdd import RDD
from tabswarm.rdd.source_data import SourceData
from tabswarm.rdd.travel import read_block


@pytest.fixture
def swarm() -> Iterator[LoopSwarm]:
    with loop_swarm(2) as swarm:
        yield swarm


@pytest.fixture
def sc(swarm: LoopSwarm) -> Iterator[EngineContext]:
    with EngineContext(swarm.engine()) as context:
        yield context


def test_a_word_count_gives_what_a_plain_loop_gives(sc: EngineContext) -> None:
    text = ["to be or not to be", "that is the question", "to be"] * 10
    counts = sc.parallelize(text, 4).flatMap(str.split).map(lambda word: (word, 1)).reduceByKey(add, 3)
    assert dict(counts.collect()) == Counter(word for line in text for word in line.split())


def test_results_come_in_partition_order_inline_and_fetched(sc: EngineContext) -> None:
    numbers = sc.parallelize(list(range(20)), 7).map(lambda x: "x" * 3_000 * (x % 9) + str(x))
    assert numbers.collect() == ["x" * 3_000 * (x % 9) + str(x) for x in range(20)]


def test_large_source_data_is_served_by_the_driver(sc: EngineContext) -> None:
    rng = random.Random(7)
    values = [rng.randbytes(200) for _ in range(2_000)]
    rdd = sc.parallelize(values, 3)
    assert rdd._source is not None and rdd._source.reader is not None
    assert rdd.collect() == values


def test_text_files_are_read_when_volunteers_ask(sc: EngineContext, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"one\r\ntwo\rthree\n\nfive")
    (tmp_path / "b.txt").write_bytes(b"")
    (tmp_path / "c.txt").write_bytes("sechs \xff".encode("latin-1"))
    files = TextFiles(str(tmp_path), 1)
    lines: RDD[str] = sc._source(Plain(TextLines()), SourceData.of_reader(files.sizes, files.read))
    assert lines.collect() == ["one", "two", "three", "", "five", "sechs \ufffd"]


def test_a_file_that_changed_under_way_ends_the_job_and_says_so(sc: EngineContext, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("before\n")
    files = TextFiles(str(path), 1)
    lines: RDD[str] = sc._source(Plain(TextLines()), SourceData.of_reader(files.sizes, files.read))
    path.write_text("after that\n")
    with pytest.raises(SourceUnavailable, match=r"a\.txt has changed since .* call textFile again"):
        lines.collect()


def test_an_exception_in_a_task_names_its_type_and_the_users_line(sc: EngineContext) -> None:
    def divide(x: int) -> float:
        return 1 / x

    with pytest.raises(TaskError, match="ZeroDivisionError: division by zero") as raised:
        sc.parallelize([2, 1, 0], 3).map(divide).collect()
    assert raised.value.type_name == "ZeroDivisionError"
    assert "test_swarm_engine.py" in str(raised.value)
    assert "return 1 / x" in "".join(raised.value.__notes__)
    assert sc.range(3).count() == 3


def test_what_cannot_travel_fails_at_submit_and_names_it(sc: EngineContext) -> None:
    lock = threading.Lock()
    with pytest.raises(NotShippable, match="lock"):
        sc.range(3).map(lambda x: (lock, x)).collect()
    with pytest.raises(NotShippable):
        sc.parallelize([threading.Lock()])


def test_a_record_that_no_block_can_hold_fails_clearly(sc: EngineContext) -> None:
    with pytest.raises(TabswarmError, match="function"):
        sc.range(3).map(lambda x: lambda: x).collect()


def test_contexts_and_rdds_inside_a_function_are_refused_at_submit(sc: EngineContext) -> None:
    other = sc.range(3)
    with pytest.raises(ContextInTask, match="an RDD"):
        sc.range(3).map(lambda x: other.count() + x).collect()
    with pytest.raises(ContextInTask, match="a Context"):
        sc.range(3).map(lambda x: sc.range(x)).collect()


def test_what_tasks_print_is_marked_and_harmless(sc: EngineContext, capfd: pytest.CaptureFixture[str]) -> None:
    def shout(x: int) -> int:
        print(f"see \x1b[31m{x}")
        return x

    sc.parallelize([5], 1).map(shout).collect()
    assert capfd.readouterr().out.endswith("· partition 0] see 5\n")


def test_an_answer_over_the_limit_ends_the_job(swarm: LoopSwarm) -> None:
    with EngineContext(swarm.engine(max_result_size=50_000)) as sc:
        with pytest.raises(ResultTooLarge, match="limit is 50,000"):
            sc.range(8, numSlices=8).map(lambda x: random.Random(x).randbytes(20_000)).collect()
        assert sc.range(8).count() == 8


def test_a_job_that_is_cancelled_raises_and_leaves_the_swarm_usable(swarm: LoopSwarm) -> None:
    engine = swarm.engine()
    with EngineContext(engine) as sc:
        results = sc._partitions_of(sc.range(100, numSlices=50))
        next(results)
        results.close()
        assert sc.range(5).collect() == [0, 1, 2, 3, 4]


def test_a_cached_rdd_is_computed_once(swarm: LoopSwarm) -> None:
    with EngineContext(swarm.engine()) as sc:
        kept = sc.range(10).map(lambda x: x + 1).cache()
        assert (kept.sum(), kept.sum()) == (55, 55)
        (report,) = [r for r in swarm.coordinator.swarm(swarm.swarm).scheduler.report() if r.action == "sum"][1:]
        assert not any(node.first for node in report.nodes if node.name in ("range", "map"))


def test_blocks_of_an_rdd_that_nobody_holds_are_dropped() -> None:
    with loop_swarm(0) as swarm, EngineContext(swarm.engine()) as sc:
        volunteer = swarm.join(LoopVolunteer())
        kept = sc.range(10).map(lambda x: x + 1).cache()
        node = kept._id
        assert kept.count() == 10
        assert any(block.node == node for block in volunteer.blocks)
        del kept
        sc.range(3).count()  # the next action tells
        while any(block.node == node for block in list(volunteer.blocks)):
            threading.Event().wait(0.001)
        assert sc.range(3).count() == 3


def test_two_contexts_work_side_by_side(swarm: LoopSwarm) -> None:
    with EngineContext(swarm.engine()) as one, EngineContext(swarm.engine()) as other:
        assert one.applicationId != other.applicationId
        left, right = one.range(5).map(lambda x: x + 1), other.range(5).map(lambda x: x * 10)
        assert (left.collect(), right.collect(), left.sum()) == ([1, 2, 3, 4, 5], [0, 10, 20, 30, 40], 15)
        with pytest.raises(ValueError, match="two contexts"):
            left.union(right)


def test_jobs_from_several_threads_run_side_by_side(sc: EngineContext) -> None:
    with ThreadPoolExecutor(4) as pool:
        sums = pool.map(lambda n: sc.range(n, numSlices=2).map(lambda x: x + n).sum(), range(1, 9))
        assert list(sums) == [sum(x + n for x in range(n)) for n in range(1, 9)]


def test_a_stopped_context_says_so_and_may_be_stopped_again(swarm: LoopSwarm) -> None:
    sc = EngineContext(swarm.engine())
    numbers = sc.range(3)
    sc.stop()
    sc.stop()
    with pytest.raises(RuntimeError, match="was stopped"):
        numbers.count()
    with pytest.raises(RuntimeError, match="was stopped"):
        numbers.map(str)


def test_a_job_ends_when_the_coordinator_goes_away() -> None:
    with loop_swarm(0) as swarm:
        sc = EngineContext(swarm.engine())
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(sc.range(3).count)
            submitted(sc)
            swarm.loop.run(swarm.coordinator.close())
            with pytest.raises(CoordinatorUnreachable, match="the coordinator stops"):
                waiting.result(10)
        sc.stop()


def test_a_result_whose_holder_leaves_is_computed_again() -> None:
    with loop_swarm(0) as swarm, EngineContext(swarm.engine()) as sc:
        first, second = LoopVolunteer("first"), LoopVolunteer("second")
        swarm.join(first)
        handle = sc._submit(sc.range(4, numSlices=2).map(lambda x: str(x) * 20_000), [0, 1], CallSite("collect", ""))
        handle.wait(10)
        swarm.loop.run(first.leave())
        swarm.join(second)
        blocks = [read_block(block, 1 << 20) for _, block in handle.results()]
        assert [record for block in blocks for record in block] == [str(x) * 20_000 for x in range(4)]


def submitted(sc: EngineContext) -> None:
    """Wait until a job of this context has been taken by the coordinator."""
    engine = sc._engine
    assert isinstance(engine, SwarmEngine)
    while not any(job.accepted_id for job in engine._jobs):
        threading.Event().wait(0.001)


def chunk(pickled: bytes) -> bytes:
    """A block with one chunk that holds this pickle, whatever is in it."""
    return struct.pack("<BII", 0, len(pickled), len(pickled)) + pickled


class Harm:
    """What a plain `pickle.loads` runs."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str, ...]]:
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize("padding", [0, 30_000], ids=["inline", "fetched"])
def test_a_hostile_result_is_refused_and_does_no_harm(tmp_path: Path, padding: int) -> None:
    hostile = pickle.dumps([Harm(tmp_path / "harm"), "x" * padding])
    with loop_swarm(0) as swarm, EngineContext(swarm.engine()) as sc:
        swarm.join(LoopVolunteer("liar", lie=lambda data: chunk(hostile)))
        with pytest.raises(RecordRefused):
            sc.range(2, numSlices=1).collect()
        assert not (tmp_path / "harm").exists()
    pickle.loads(hostile)
    assert (tmp_path / "harm").exists()  # the control: it was hostile


def test_a_result_that_unpacks_to_more_than_the_limit_is_refused_before_it_is_unpacked() -> None:
    with loop_swarm(1) as swarm, EngineContext(swarm.engine(), max_result_size=1 << 20) as sc:
        with pytest.raises(ResultTooLarge, match="maxResultSize"):
            sc.range(1, numSlices=1).map(lambda x: bytes(3 << 20)).collect()


def flip(data: bytes) -> bytes:
    """The same bytes but for one bit."""
    return data[:-1] + bytes([data[-1] ^ 1])


@pytest.mark.parametrize("length", [1, 20_000], ids=["inline", "fetched"])
def test_a_result_with_other_bytes_than_were_committed_is_computed_by_somebody_else(length: int) -> None:
    with loop_swarm(0) as swarm, EngineContext(swarm.engine()) as sc:
        rotten = swarm.join(LoopVolunteer("rotten", damage=flip))
        swarm.join(LoopVolunteer("sound"))
        numbers = sc.range(6, numSlices=6).map(lambda x: random.Random(x).randbytes(length))
        assert numbers.collect() == [random.Random(x).randbytes(length) for x in range(6)]
        assert rotten.tasks > 0
        (report,) = swarm.coordinator.swarm(swarm.swarm).scheduler.report()
        assert sum(node.recomputed for node in report.nodes) > 0


@pytest.mark.parametrize("length", [1, 20_000], ids=["inline", "fetched"])
def test_where_everybody_serves_damaged_results_the_job_ends_and_says_so(length: int) -> None:
    with loop_swarm(0) as swarm, EngineContext(swarm.engine()) as sc:
        swarm.join(LoopVolunteer("rotten", damage=flip))
        with pytest.raises(NoEligibleVolunteers, match="other bytes than they served"):
            sc.range(6, numSlices=6).map(lambda x: random.Random(x).randbytes(length)).collect()


def test_a_result_that_its_holder_has_lost_is_computed_again() -> None:
    """The coordinator believes that it is there; only the driver finds out."""
    with loop_swarm(0) as swarm, EngineContext(swarm.engine()) as sc:
        volunteer = swarm.join(LoopVolunteer())
        volunteer.forgets = 1
        noise = sc.range(2, numSlices=1).map(lambda x: random.Random(x).randbytes(20_000))
        assert noise.collect() == [random.Random(x).randbytes(20_000) for x in range(2)]
        assert volunteer.tasks == 2


def test_partitions_that_unpack_to_more_than_the_limit_together_are_refused_before_they_do() -> None:
    """Each is a sixth of the limit, and packed they are next to nothing."""
    with loop_swarm(1) as swarm, EngineContext(swarm.engine(), max_result_size=6 << 20) as sc:
        zeros = sc.range(12, numSlices=12).map(lambda x: bytes(1 << 20))
        with pytest.raises(ResultTooLarge, match=r"toLocalIterator.* maxResultSize"):
            zeros.collect()
        assert sum(map(len, zeros.toLocalIterator())) == 12 << 20
        assert zeros.map(len).sum() == 12 << 20
