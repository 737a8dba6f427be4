"""What waits for one peer: in order, capped, and never waited for longer than is decent."""

from __future__ import annotations

import asyncio

import pytest
from tests.coordinator.in_memory import lost, settle

from tabswarm.coordinator import outbox
from tabswarm.coordinator.outbox import Outbox
from tabswarm.transport.memory import pair


async def test_messages_go_in_order_and_the_close_comes_last() -> None:
    here, there = pair()
    box = Outbox(here, cap=100)
    box.put(b"one")
    box.put(b"two")
    box.close(4400, "enough")
    box.put(b"too late")
    await box.finished()
    assert [await there.receive(), await there.receive()] == [b"one", b"two"]
    assert (await lost(there.receive)).code == 4400


async def test_over_the_cap_the_peer_is_closed_and_nothing_kept() -> None:
    here, there = pair(room=1)
    counted: list[int] = []
    box = Outbox(here, 10, counted.append)
    for _ in range(4):
        box.put(b"xxxx")
    await settle()
    assert box.is_closing and box.size == 0 and sum(counted) == 0
    await box.finished()
    assert (await lost(there.receive)).code == 4413


async def test_who_does_not_read_its_goodbye_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "_PATIENCE", 0.01)
    here, there = pair(room=1)
    box = Outbox(here, cap=100)
    box.put(b"x")
    box.put(b"never read")
    await settle()
    box.close(4400, "bad")
    await box.finished()
    assert await there.receive() == b"x"
    assert (await lost(there.receive)).code == 4400
    await box.stop()


async def test_a_lost_connection_ends_the_task_and_drops_what_waits() -> None:
    here, there = pair(room=1)
    box = Outbox(here, cap=100)
    box.put(b"x")
    box.put(b"y")
    await settle()
    await there.close()
    async with asyncio.timeout(1):
        await box.finished()
    assert box.size == 0 and box.is_closing
