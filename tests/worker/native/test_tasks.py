"""Tasks in real worker processes, and what happens to those that go wrong."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tabswarm.ids import BlockId, BlockKind
from tabswarm.plan.location import Location
from tabswarm.plan.task import BlockSource, FailureKind
from tabswarm.wire import messages as m

from .lone_coordinator import LoneCoordinator, out_block, swarm_of_one


def double(records: Iterator[int]) -> Iterator[int]:
    return (2 * record for record in records)


def wait_for(path: Path) -> Any:
    """A task that runs until a file is there."""

    def wait(records: Iterator[int]) -> Iterator[int]:
        while not path.exists():
            time.sleep(0.01)
        return records

    return wait


def say_pid_and_hang(path: Path) -> Any:
    def hang(records: Iterator[int]) -> Iterator[int]:
        path.with_suffix(".part").write_text(str(os.getpid()))
        path.with_suffix(".part").rename(path)
        while True:
            pass

    return hang


async def written(path: Path) -> str:
    """What a task wrote to a file, once it has. (A task can tell nothing but by files and by its end.)"""
    return await asyncio.to_thread(_written, path)


async def is_gone(pid: int) -> None:
    """Wait until a process that was ended is reaped as well."""
    async with asyncio.timeout(30):
        while psutil.pid_exists(pid):  # noqa: ASYNC110 — nobody tells of a process that is not ours
            await asyncio.sleep(0.01)


def _written(path: Path) -> str:
    end = time.monotonic() + 30
    while not path.exists() and time.monotonic() < end:
        time.sleep(0.01)
    return path.read_text()


async def is_well(coordinator: LoneCoordinator) -> None:
    """The volunteer still computes."""
    number = await coordinator.run(double)
    finished = await coordinator.heard(m.Finished, task=number)
    assert await coordinator.records(finished.sinks[0].block) == [2, 4, 6]


async def test_a_task_is_started_run_and_its_block_served() -> None:
    async with swarm_of_one() as (coordinator, _):
        number = await coordinator.run(double, [1, 2, 3])
        finished = await coordinator.heard(m.Finished, task=number)
        kinds = [type(message) for message in coordinator.received if not isinstance(message, m.BytesMoved)]
        assert kinds == [m.Started, m.Finished]
        assert finished.sinks[0].records == 3
        assert [run.node for run in finished.runs] == [1, 101]
        assert await coordinator.records(out_block(number)) == [2, 4, 6]
        moved = await coordinator.heard(m.BytesMoved, application="a1")
        assert moved.relayed > 0 and moved.direct == 0


async def test_blocks_are_served_while_a_task_computes(tmp_path: Path) -> None:
    async with swarm_of_one() as (coordinator, _):
        first = await coordinator.run(double)
        await coordinator.heard(m.Finished, task=first)
        second = await coordinator.run(wait_for(tmp_path / "go"))
        await coordinator.heard(m.Started, task=second)
        assert await coordinator.records(out_block(first)) == [2, 4, 6]
        assert coordinator.count(m.Finished) == 1
        (tmp_path / "go").touch()
        await coordinator.heard(m.Finished, task=second)


async def test_what_one_task_wrote_another_reads_without_the_relay() -> None:
    async with swarm_of_one() as (coordinator, _):
        first = await coordinator.run(double)
        sink = (await coordinator.heard(m.Finished, task=first)).sinks[0]
        await coordinator.heard(m.BytesMoved)
        source = BlockSource(sink.block), Location(sink.block, sink.size, sink.root, ("v1",))
        second = await coordinator.run(double, source=source)
        await coordinator.heard(m.Finished, task=second)
        assert await coordinator.records(out_block(second)) == [4, 8, 12]
        started = await coordinator.heard(m.Started, task=second)
        assert (started.read, started.fetched) == (sink.size, 0) and started.seconds >= 0
        started = await coordinator.heard(m.Started, task=first)
        assert started.read == started.fetched > 0


async def test_the_next_tasks_sources_are_fetched_while_one_computes(tmp_path: Path) -> None:
    async with swarm_of_one() as (coordinator, _):
        first = await coordinator.run(wait_for(tmp_path / "go"))
        await coordinator.heard(m.Started, task=first)
        await coordinator.run(double)
        await coordinator.served(2)
        assert coordinator.count(m.Started) == 1
        (tmp_path / "go").touch()
        await coordinator.heard(m.Finished, task=first + 1)


def exits(records: Iterator[int]) -> Iterator[int]:
    os._exit(3)


def kills_itself(records: Iterator[int]) -> Iterator[int]:
    os.kill(os.getpid(), signal.SIGKILL)
    return records


def crashes(records: Iterator[int]) -> Iterator[int]:
    import ctypes

    ctypes.string_at(0)
    return records


@pytest.mark.parametrize(
    ("function", "words"),
    [(exits, "status 3"), (kills_itself, "SIGKILL, perhaps because"), (crashes, "SIGSEGV")],
)
async def test_a_process_that_dies_costs_its_task_only(function: Any, words: str) -> None:
    async with swarm_of_one() as (coordinator, _):
        number = await coordinator.run(function)
        failed = await coordinator.heard(m.Failed, task=number)
        assert failed.failure.kind is FailureKind.WORKER_DIED
        assert words in failed.failure.message
        await is_well(coordinator)


async def test_a_crash_in_c_names_the_users_line() -> None:
    async with swarm_of_one() as (coordinator, _):
        number = await coordinator.run(crashes)
        failed = await coordinator.heard(m.Failed, task=number)
        assert "in crashes" in failed.failure.traceback


async def test_a_task_over_its_time_limit_is_ended_and_a_new_process_takes_over(tmp_path: Path) -> None:
    async with swarm_of_one() as (coordinator, _):
        number = await coordinator.run(say_pid_and_hang(tmp_path / "pid"), time_limit=1)
        failed = await coordinator.heard(m.Failed, task=number)
        assert failed.failure.kind is FailureKind.TIMEOUT
        await is_well(coordinator)
        await is_gone(int(await written(tmp_path / "pid")))


async def test_a_cancelled_task_is_ended_without_a_report(tmp_path: Path) -> None:
    async with swarm_of_one() as (coordinator, _):
        number = await coordinator.run(say_pid_and_hang(tmp_path / "pid"))
        await written(tmp_path / "pid")
        await coordinator.tell(m.CancelTask(task=number, attempt=1))
        await is_well(coordinator)
        assert coordinator.count(m.Failed) == 0


def say_pid_and_wait(pid: Path, gate: Path) -> Any:
    def wait(records: Iterator[int]) -> Iterator[int]:
        pid.with_suffix(".part").write_text(str(os.getpid()))
        pid.with_suffix(".part").rename(pid)
        while not gate.exists():
            time.sleep(0.01)
        return records

    return wait


async def test_a_cancelled_task_that_ends_in_time_spares_its_process_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tabswarm.worker.native.task_runner.GRACE", 60.0)
    async with swarm_of_one(slots=2) as (coordinator, _):
        number = await coordinator.run(say_pid_and_wait(tmp_path / "pid", tmp_path / "gate"))
        process = await written(tmp_path / "pid")
        await coordinator.tell(m.CancelTask(task=number, attempt=1))
        await is_well(coordinator)  # and so has heard of it
        finished = coordinator.count(m.Finished)
        (tmp_path / "gate").touch()
        both = [await coordinator.run(say_pid_and_wait(tmp_path / name, tmp_path / "end")) for name in ("one", "two")]
        assert process in [await written(tmp_path / name) for name in ("one", "two")]
        (tmp_path / "end").touch()
        for task in both:
            await coordinator.heard(m.Finished, task=task)
        assert (coordinator.count(m.Finished), coordinator.count(m.Failed)) == (finished + 2, 0)
        with pytest.raises(Exception, match="is not here"):
            await coordinator.fetch(out_block(number))


async def test_the_end_of_an_application_ends_its_processes_and_drops_its_blocks(tmp_path: Path) -> None:
    async with swarm_of_one(slots=2) as (coordinator, _):
        first = await coordinator.run(double)
        await coordinator.heard(m.Finished, task=first)
        await coordinator.run(say_pid_and_hang(tmp_path / "pid"))
        process = psutil.Process(int(await written(tmp_path / "pid")))
        await coordinator.tell(m.EndApplication(application="a1"))
        await asyncio.to_thread(process.wait, 30)
        with pytest.raises(Exception, match="no pass for"):
            await coordinator.fetch(out_block(first))


def global_state(records: Iterator[int]) -> Iterator[tuple[int, bool]]:
    import builtins

    seen = hasattr(builtins, "left_behind")
    builtins.left_behind = True  # type: ignore[attr-defined]
    return iter([(os.getpid(), seen)])


async def test_a_process_belongs_to_one_application() -> None:
    async with swarm_of_one() as (coordinator, _):
        seen = []
        for application in ("a1", "a1", "a2"):
            number = await coordinator.run(global_state, application=application)
            await coordinator.heard(m.Finished, task=number)
            seen += await coordinator.records(out_block(number, application))
        (first, clean), (second, stained), (third, other) = seen
        assert (clean, stained, other) == (False, True, False)
        assert first == second != third


def environment(records: Iterator[int]) -> Iterator[Any]:
    return iter([dict(os.environ), sys.argv, hash("a"), sys.path[0]])


async def test_no_secret_of_the_supervisors_reaches_a_task(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TABSWARM_MASTER", "http://127.0.0.1:1/console#secret-of-the-driver")
    monkeypatch.setenv("CLOUD_KEY", "secret-of-the-owner")
    async with swarm_of_one() as (coordinator, _):
        number = await coordinator.run(environment)
        await coordinator.heard(m.Finished, task=number)
        told = await coordinator.records(out_block(number))
        assert "secret" not in repr(told)
        assert told[0]["PYTHONHASHSEED"] == "0"
        assert told[3] not in ("", os.getcwd())


def prints(records: Iterator[int]) -> Iterator[int]:
    print("a word to the driver")
    return records


async def test_what_a_task_prints_is_told() -> None:
    async with swarm_of_one() as (coordinator, _):
        number = await coordinator.run(prints)
        told = await coordinator.heard(m.Output, task=number)
        assert (told.stream, told.text, told.partition) == ("stdout", "a word to the driver\n", 0)


async def test_a_source_that_nobody_has_is_a_failed_fetch() -> None:
    async with swarm_of_one() as (coordinator, _):
        source, location = coordinator.driver_block([1])
        coordinator.blocks.clear()
        number = await coordinator.run(double, source=(source, location))
        failed = await coordinator.heard(m.FetchFailed, task=number)
        assert (failed.block, failed.holder, failed.corrupt) == (location.block, "driver", False)
        assert coordinator.count(m.Started) == 0


async def test_a_source_with_other_bytes_is_the_holders_fault() -> None:
    async with swarm_of_one() as (coordinator, _):
        source, location = coordinator.driver_block([1])
        coordinator.forged[location.block] = bytes(location.size)
        number = await coordinator.run(double, source=(source, location))
        failed = await coordinator.heard(m.FetchFailed, task=number)
        assert (failed.block, failed.holder, failed.corrupt) == (location.block, "driver", True)
        await is_well(coordinator)


async def test_an_own_block_that_was_damaged_is_ones_own_fault() -> None:
    async with swarm_of_one() as (coordinator, volunteer):
        first = await coordinator.run(double)
        sink = (await coordinator.heard(m.Finished, task=first)).sinks[0]
        assert volunteer.pool is not None
        (file,) = volunteer.pool.directory.glob("*-out-*")
        file.write_bytes(bytes(sink.size))
        source = BlockSource(sink.block), Location(sink.block, sink.size, sink.root, ("v1",))
        second = await coordinator.run(double, source=source)
        failed = await coordinator.heard(m.FetchFailed, task=second)
        assert (failed.block, failed.holder, failed.corrupt) == (sink.block, "v1", True)


async def test_a_block_that_was_dropped_is_served_no_more() -> None:
    async with swarm_of_one() as (coordinator, _):
        number = await coordinator.run(double)
        await coordinator.heard(m.Finished, task=number)
        await coordinator.tell(m.DropBlocks(blocks=(out_block(number),)))
        await is_well(coordinator)
        with pytest.raises(Exception, match="is not here"):
            await coordinator.fetch(out_block(number))
        with pytest.raises(Exception, match="is not here"):
            await coordinator.fetch(BlockId("a1", BlockKind.PARTITION, 1, 2, 3))


async def test_many_tasks_share_the_slots(tmp_path: Path) -> None:
    async with swarm_of_one(slots=2) as (coordinator, volunteer):
        numbers = [await coordinator.run(double, [index]) for index in range(12)]
        for index, number in enumerate(numbers):
            await coordinator.heard(m.Finished, task=number)
            assert await coordinator.records(out_block(number)) == [2 * index]
        assert volunteer.pool is not None
        assert len(volunteer.pool.pids) <= 3
