"""Processes that records pass through, as a task runs them; and who may run such tasks."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator

import pytest

from tabswarm import Context
from tabswarm.errors import NoEligibleVolunteers, TaskError
from tabswarm.rdd.engine_context import EngineContext
from tabswarm.rdd.pipe_process import PipeThrough
from tabswarm.simulation.engine import SimulatedEngine

NOISE = f"{sys.executable} -c \"import sys; [print('x' * 1000) for _ in range(2000)]; print(len(sys.stdin.read()))\""


@pytest.fixture(scope="module")
def sc() -> Iterator[Context]:
    with Context("local[2]", "pipes") as context:
        yield context


def piped(command: str, records: Iterator[object], env: dict[str, str] | None = None, check: bool = False) -> list[str]:
    return list(PipeThrough(command, env or {}, check)(records))


def test_a_process_that_talks_before_it_listens_blocks_nobody() -> None:
    lines = piped(NOISE, iter(["y" * 1000] * 2000))
    assert (len(lines), lines[-1]) == (2001, str(2000 * 1001))


def test_a_process_that_stops_reading_is_no_error() -> None:
    assert piped("head -1", iter(range(1_000_000))) == ["0"]
    assert piped("true", iter(range(100_000)), check=True) == []


def test_what_the_records_raise_ends_the_task_and_the_process() -> None:
    def broken() -> Iterator[int]:
        yield 1
        raise KeyError("upstream")

    before = threading.active_count()
    with pytest.raises(KeyError, match="upstream"):
        piped("cat", broken())
    assert threading.active_count() == before


def test_a_pipe_that_is_left_early_leaves_no_process() -> None:
    lines = PipeThrough("/bin/sh -c 'echo $$; exec cat'", {}, False)(iter(range(10**9)))
    pid = int(next(lines))
    os.kill(pid, 0)
    del lines
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_an_exit_code_is_an_error_where_it_is_checked_and_repeats_what_was_said(
    sc: Context, capsys: pytest.CaptureFixture[str]
) -> None:
    numbers = sc.parallelize(["1", "2"], 1)
    assert numbers.pipe("grep 4").collect() == []
    with pytest.raises(TaskError, match="Pipe function `grep 4` exited with error code 1"):
        numbers.pipe("grep 4", checkCode=True).collect()
    with pytest.raises(
        TaskError,
        match=r"error code 2: .*no such file",
    ):
        numbers.pipe("/bin/sh -c 'echo no such file >&2; exit 2'", checkCode=True).collect()
    with pytest.raises(TaskError, match="FileNotFoundError"):
        numbers.pipe("surely-not-a-command").collect()
    with pytest.raises(ValueError, match="empty"):
        numbers.pipe("")


def test_the_process_has_the_environment_that_it_was_given_and_no_other() -> None:
    assert piped("/usr/bin/env", iter([]), {"COLOR": "red"}) == ["COLOR=red"]


def test_a_swarm_of_tabs_says_that_it_cannot() -> None:
    with EngineContext(SimulatedEngine(seed=1, volunteers=2)) as context:
        with pytest.raises(NoEligibleVolunteers, match=r"pipe at .* needs .*native.*because pipe starts a process"):
            context.range(3).pipe("cat").collect()


def test_a_barrier_needs_as_many_slots_as_partitions(sc: Context) -> None:
    together = sc.range(3, numSlices=3).barrier().mapPartitions(lambda records: [sum(records)])
    with pytest.raises(NoEligibleVolunteers, match=r"mapPartitions at .* needs 3 task slots .* the swarm has 2"):
        together.map(str).collect()
    two = sc.range(3, numSlices=3).coalesce(2).barrier().mapPartitionsWithIndex(lambda index, records: [index], True)
    assert two.collect() == [0, 1]
