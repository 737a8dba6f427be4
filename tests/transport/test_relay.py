"""Fetching and serving over a relay socket: here two clients joined to each other, each the other's relay."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from tests.transport.known_passes import passes

from tabswarm.ids import BlockId, BlockKind
from tabswarm.transport.connection import ConnectionLost
from tabswarm.transport.memory import pair
from tabswarm.transport.relay import FetchBroken, Lookup, Relay, Served
from tabswarm.transport.transfers import Ask
from tabswarm.wire.blocks import INITIAL_CREDIT, FrameType, Wanted, frame

HASH = bytes(16)


def block(partition: int) -> BlockId:
    return BlockId("a1", BlockKind.MAP_OUTPUT, 1, partition, 0)


STORE = {block(0): [b"zero", b"one", b""], block(1): [bytes(3 * INITIAL_CREDIT), b"end"]}


async def lookup(block: BlockId, segments: tuple[int, ...] | None) -> Served | None:
    found = STORE.get(block)
    if found is None:
        return None
    chosen = found if segments is None else [found[index] for index in segments]
    return Served(tuple(map(len, chosen)), HASH * len(found), chosen)


@asynccontextmanager
async def joined(lookup: Lookup | None = lookup) -> AsyncIterator[tuple[Relay, Relay]]:
    here, there = pair()
    asker, holder = Relay(here, passes=passes("a1")), Relay(there, lookup, passes=passes("a1"))
    try:
        yield asker, holder
    finally:
        await asker.close()
        await holder.close()


def ask(partition: int, segments: tuple[int, ...] | None = None, ceiling: int = 2**30) -> Ask:
    return Ask(Wanted(block(partition), segments), ceiling)


async def test_one_request_brings_many_segments_of_many_blocks() -> None:
    async with joined() as (asker, _):
        first, second = await asker.fetch("v2", [ask(0, (2, 0)), ask(1)])
        assert (first.data, first.sizes, first.segments, first.hashes) == (b"zero", (0, 4), (2, 0), HASH * 3)
        assert second.data == b"".join(STORE[block(1)])


async def test_many_fetches_go_on_at_once() -> None:
    async with joined() as (asker, _):
        fetched = await asyncio.gather(*(asker.fetch("v2", [ask(number % 2)]) for number in range(150)))
        assert [got[0].data for got in fetched] == [b"".join(STORE[block(number % 2)]) for number in range(150)]


async def test_nothing_asked_is_nothing_fetched() -> None:
    async with joined() as (asker, _):
        assert await asker.fetch("v2", []) == []


async def test_a_block_that_is_not_there_is_named_beside_what_was() -> None:
    async with joined() as (asker, _):
        with pytest.raises(FetchBroken, match="a1/map/1/7/0 is not here") as broken:
            await asker.fetch("v2", [ask(0), ask(7), ask(1)])
        assert (broken.value.code, broken.value.block, broken.value.holder) == ("unavailable", block(7), "v2")
        assert [got.block for got in broken.value.got] == [block(0)] and not broken.value.corrupt


async def test_a_store_that_fails_costs_the_stream_only() -> None:
    async def failing(block: BlockId, segments: tuple[int, ...] | None) -> Served | None:
        if block.partition:
            raise OSError("disk")
        return await lookup(block, segments)

    async with joined(failing) as (asker, _):
        with pytest.raises(FetchBroken, match="OSError"):
            await asker.fetch("v2", [ask(1)])
        assert len(await asker.fetch("v2", [ask(0)])) == 1


async def test_a_holder_that_declares_more_than_was_committed_is_corrupt() -> None:
    async with joined() as (asker, _):
        with pytest.raises(FetchBroken, match="6 were committed") as broken:
            await asker.fetch("v2", [ask(0, None, 6)])
        assert broken.value.corrupt


async def test_a_silent_holder_is_given_up_and_the_socket_stays() -> None:
    forever = asyncio.Event()

    async def stalling(block: BlockId, segments: tuple[int, ...] | None) -> Served | None:
        if block.partition:
            await forever.wait()
        return await lookup(block, segments)

    async with joined(stalling) as (asker, _):
        with pytest.raises(FetchBroken, match="nothing came") as broken:
            await asker.fetch("v2", [ask(1)], silence=0.02)
        assert broken.value.code == "slow"
        with pytest.raises(FetchBroken, match="nothing came"):
            await asker.fetch("v2", [ask(1)], deadline=0.02)
        assert len(await asker.fetch("v2", [ask(0)])) == 1


async def test_a_cancelled_fetch_stops_its_holder() -> None:
    asked, forever = asyncio.Event(), asyncio.Event()
    stopped = asyncio.Event()

    async def stalling(block: BlockId, segments: tuple[int, ...] | None) -> Served | None:
        asked.set()
        try:
            await forever.wait()
        finally:
            stopped.set()
        return None

    async with joined(stalling) as (asker, _):
        fetching = asyncio.create_task(asker.fetch("v2", [ask(1)]))
        await asked.wait()
        fetching.cancel()
        await stopped.wait()


async def test_fetches_under_way_fail_when_the_socket_goes() -> None:
    here, there = pair()
    asker = Relay(here)
    fetching = asyncio.create_task(asker.fetch("v2", [ask(1)]))
    await there.receive()
    await there.close(4409, "replaced")
    with pytest.raises(ConnectionLost, match="4409"):
        await fetching
    assert (await asker.wait_lost()).code == 4409
    with pytest.raises(ConnectionLost):
        await asker.fetch("v2", [ask(1)])


async def test_frames_that_break_the_framing_close_the_socket() -> None:
    here, there = pair()
    asker = Relay(here)
    await there.send(frame(FrameType.DATA, 77, b"x"))
    with pytest.raises(ConnectionLost, match="stream 77 was never opened"):
        await there.receive()
    assert (await asker.wait_lost()).code == 4400
