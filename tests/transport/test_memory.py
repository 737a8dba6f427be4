"""Two ends in memory behave as a socket does: order, waiting, and an end with a reason."""

from __future__ import annotations

import asyncio

import pytest

from tabswarm.transport.connection import ConnectionLost
from tabswarm.transport.memory import pair


async def test_messages_arrive_whole_and_in_order() -> None:
    here, there = pair()
    for data in (b"one", b"", b"three"):
        await here.send(data)
    assert [await there.receive() for _ in range(3)] == [b"one", b"", b"three"]


async def test_what_was_sent_before_the_close_is_still_read() -> None:
    here, there = pair()
    await here.send(b"last words")
    await here.close(4400, "enough")
    assert await there.receive() == b"last words"
    with pytest.raises(ConnectionLost) as lost:
        await there.receive()
    assert (lost.value.code, lost.value.reason) == (4400, "enough")


async def test_the_end_that_closed_reads_and_sends_no_more() -> None:
    here, there = pair()
    await there.send(b"unread")
    await here.close()
    await here.close()
    with pytest.raises(ConnectionLost):
        await here.receive()
    with pytest.raises(ConnectionLost):
        await here.send(b"")
    with pytest.raises(ConnectionLost):
        await there.send(b"")


async def test_a_sender_waits_while_the_other_end_does_not_read() -> None:
    here, there = pair(room=10)
    await here.send(b"x" * 8)
    second = asyncio.create_task(here.send(b"y" * 8))
    for _ in range(10):
        await asyncio.sleep(0)
    assert not second.done()
    assert await there.receive() == b"x" * 8
    await second
    assert await there.receive() == b"y" * 8


async def test_a_waiting_sender_hears_of_the_close() -> None:
    here, there = pair(room=1)
    await here.send(b"x")
    second = asyncio.create_task(here.send(b"y"))
    await asyncio.sleep(0)
    await there.close(4408, "no more")
    with pytest.raises(ConnectionLost, match="4408: no more"):
        await second
