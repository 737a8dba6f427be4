"""A worker whose coordinator goes away comes back; one that is refused says so and ends."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from tabswarm.errors import CoordinatorUnreachable, TokenRefused, VersionRefused
from tabswarm.shipping.block_hash import root_hash, segment_hash
from tabswarm.transport.connection import Connection
from tabswarm.transport.memory import pair
from tabswarm.wire import messages as m
from tabswarm.worker.native import NativeVolunteer
from tabswarm.worker.native.run import keep_joined

from .lone_coordinator import PATIENCE, LoneCoordinator, out_block, swarm_of_one
from .test_tasks import double


class RefusingDoor:
    """Answers every hello with a refusal."""

    def __init__(self, code: str) -> None:
        self.code = code

    async def connect(self, socket: str) -> Connection:
        here, there = pair()
        await there.send(msgspec.msgpack.encode(m.Refused(code=self.code, reason="because")))
        return here


class NoDoor:
    """Nobody is there."""

    async def connect(self, socket: str) -> Connection:
        raise CoordinatorUnreachable("nobody answers")


@pytest.mark.parametrize(("code", "error"), [("unauthenticated", TokenRefused), ("version", VersionRefused)])
async def test_a_refused_worker_says_why_and_does_not_try_again(code: str, error: type[Exception]) -> None:
    volunteer = NativeVolunteer(RefusingDoor(code), "token", slots=1)
    with pytest.raises(error, match="because"):
        await keep_joined(volunteer, print)


async def test_a_coordinator_that_was_never_there_is_an_error_at_once() -> None:
    with pytest.raises(CoordinatorUnreachable):
        await keep_joined(NativeVolunteer(NoDoor(), "token", slots=1), print)


async def test_a_worker_that_lost_its_coordinator_joins_again_and_computes() -> None:
    said: list[str] = []
    coordinator = LoneCoordinator()
    volunteer = NativeVolunteer(coordinator, "token", slots=1, say=said.append)
    running = asyncio.create_task(keep_joined(volunteer, said.append))
    async with asyncio.timeout(PATIENCE):
        await volunteer.joined.wait()
        number = await coordinator.run(double)
        await coordinator.heard(m.Finished, task=number)
        first = coordinator.control
        assert first is not None
        await first.close(1001, "restart")
        await coordinator.joined_times(2)
        (held,) = (await coordinator.heard(m.Announce)).blocks
        assert held.block == out_block(number)
        assert root_hash(segment_hash((await coordinator.fetch(held.block)).data)) == held.root
        number = await coordinator.run(double)
        await coordinator.heard(m.Finished, task=number)
        assert await coordinator.records(out_block(number)) == [2, 4, 6]
    assert any("trying again" in line for line in said)
    assert sum("no sandbox" in line for line in said) == 2
    volunteer.stop()
    await running
    await coordinator.close()


async def test_a_worker_that_comes_back_to_another_coordinator_keeps_nothing() -> None:
    coordinator = LoneCoordinator()
    volunteer = NativeVolunteer(coordinator, "token", slots=1)
    running = asyncio.create_task(keep_joined(volunteer, print))
    async with asyncio.timeout(PATIENCE):
        await volunteer.joined.wait()
        number = await coordinator.run(double)
        await coordinator.heard(m.Finished, task=number)
        coordinator.peer = "v2"
        assert coordinator.control is not None
        await coordinator.control.close(1001, "restart")
        await coordinator.joined_times(2)
        number = await coordinator.run(double)
        await coordinator.heard(m.Finished, task=number)
    assert coordinator.count(m.Announce) == 0
    volunteer.stop()
    await running
    await coordinator.close()


async def test_a_worker_that_finishes_waits_until_it_may_leave_and_ends_what_it_runs() -> None:
    coordinator = LoneCoordinator()
    volunteer = NativeVolunteer(coordinator, "token", slots=1)
    running = asyncio.create_task(keep_joined(volunteer, print))
    async with asyncio.timeout(PATIENCE):
        await volunteer.joined.wait()
        volunteer.finish()
        await coordinator.heard(m.Leaving, drain=True)
        number = await coordinator.run(double)
        await coordinator.heard(m.Finished, task=number)
        assert not running.done()
        await coordinator.tell(m.MayLeave())
        await running
    assert [message.drain for message in coordinator.received if isinstance(message, m.Leaving)] == [True, False]
    await coordinator.close()


async def test_a_worker_that_finishes_does_not_come_back_when_its_coordinator_goes() -> None:
    coordinator = LoneCoordinator()
    volunteer = NativeVolunteer(coordinator, "token", slots=1)
    running = asyncio.create_task(keep_joined(volunteer, print))
    async with asyncio.timeout(PATIENCE):
        await volunteer.joined.wait()
        volunteer.finish()
        await coordinator.heard(m.Leaving, drain=True)
        assert coordinator.control is not None
        await coordinator.control.close(1001, "restart")
        await running
    await coordinator.close()


async def test_only_copies_with_the_bytes_that_the_root_says_are_kept_and_answered_for() -> None:
    async with swarm_of_one() as (coordinator, _):
        _, good = coordinator.driver_block([1, 2, 3], node=1)
        _, bad = coordinator.driver_block([4, 5], node=2)
        coordinator.forged[bad.block] = bytes(bad.size)
        _, gone = coordinator.driver_block([6], node=3)
        del coordinator.blocks[gone.block]
        await coordinator.tell(m.CopyBlocks(locations=(good, bad, gone)))
        copied = await coordinator.heard(m.Copied)
        assert copied.blocks == (good.block,)
        assert (await coordinator.fetch(good.block)).data == coordinator.blocks[good.block]


async def test_a_stopped_worker_takes_its_leave() -> None:
    coordinator = LoneCoordinator()
    volunteer = NativeVolunteer(coordinator, "token", slots=1)
    running = asyncio.create_task(keep_joined(volunteer, print))
    await volunteer.joined.wait()
    volunteer.stop()
    await running
    assert coordinator.count(m.Leaving) == 1
    await coordinator.close()
