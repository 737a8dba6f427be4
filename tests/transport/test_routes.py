"""Which way a fetch takes, and that a way that fails never costs more than time."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from tests.transport.known_passes import passes

from tabswarm.ids import BlockId, BlockKind
from tabswarm.plan.location import Holder
from tabswarm.shipping.block_hash import segment_hash
from tabswarm.transport import memory, routes
from tabswarm.transport.connection import Connection, ConnectionLost
from tabswarm.transport.exchange import Exchange, FetchBroken, FetchedBlock, Served
from tabswarm.transport.routes import Routes
from tabswarm.transport.transfers import Ask
from tabswarm.wire.blocks import Wanted
from tabswarm.wire.messages import Holders


def block(node: int) -> BlockId:
    return BlockId("a1", BlockKind.PARTITION, node, 0, 0)


ASKS = [Ask(Wanted(block(1)), 5), Ask(Wanted(block(2)), 5)]


class Swarm:
    """Holders that serve block 1 and 2, over lines in memory and over a relay."""

    def __init__(self) -> None:
        self.has = {block(1): b"one..", block(2): b"two.."}
        self.connects = 0
        self.relayed: list[tuple[str, int]] = []
        self.fails: list[BaseException] = []
        self.hold: asyncio.Event | None = None
        self.ends: list[tuple[Exchange, Connection]] = []

    def leads_to(self, holder: Holder) -> bool:
        return "line" in holder.capabilities

    async def connect(self, holder: Holder) -> Exchange:
        self.connects += 1
        if self.hold is not None:
            await self.hold.wait()
        if self.fails:
            raise self.fails.pop(0)
        here, there = memory.pair()
        self.ends.append((Exchange(there, self._look_up, passes=passes("a1")), there))
        return Exchange(here, passes=passes("a1"), direct=True)

    async def _look_up(self, wanted: BlockId, segments: tuple[int, ...] | None) -> Served | None:
        data = self.has.get(wanted)
        return None if data is None else Served((len(data),), segment_hash(data), [data])

    async def relay(self, holder: str, asks: Sequence[Ask]) -> list[FetchedBlock]:
        self.relayed.append((holder, len(asks)))
        return [FetchedBlock(ask.wanted.block, None, (5,), b"", b"relay") for ask in asks]


def meet(ways: Routes, *capabilities: str, peer: str = "v1", address: str = "") -> None:
    ways.meet(Holders(holders=(Holder(peer, "native", "", capabilities, "", address, ""),)))


async def data(ways: Routes, holder: str = "v1") -> list[bytes]:
    return [got.data for got in await ways.fetch(holder, ASKS)]


async def test_a_direct_line_is_opened_once_and_reused() -> None:
    swarm = Swarm()
    ways = Routes(swarm.relay, [swarm])
    meet(ways, "line")
    assert list(await asyncio.gather(data(ways), data(ways))) == [[b"one..", b"two.."]] * 2
    assert await data(ways) == [b"one..", b"two.."]
    assert (swarm.connects, swarm.relayed) == (1, [])
    await ways.close()


@pytest.mark.parametrize("capabilities", [(), ("tcp", "webrtc")])
async def test_who_cannot_be_reached_is_relayed_at_once(capabilities: tuple[str, ...]) -> None:
    swarm = Swarm()
    ways = Routes(swarm.relay, [swarm])
    assert await data(ways) == [b"relay"] * 2  # nobody said anything of it
    meet(ways, *capabilities)
    assert await data(ways) == [b"relay"] * 2
    assert swarm.connects == 0


async def test_the_first_try_is_waited_for_and_a_slow_one_is_used_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "PATIENCE", 0.02)
    swarm = Swarm()
    swarm.hold = asyncio.Event()
    ways = Routes(swarm.relay, [swarm])
    meet(ways, "line")
    assert await data(ways) == [b"relay"] * 2
    swarm.hold.set()
    opening = ways._standings["v1"].opening
    assert opening is not None
    await opening
    assert await data(ways) == [b"one..", b"two.."]
    assert swarm.connects == 1
    await ways.close()


async def test_a_failed_way_is_tried_again_behind_the_relay(monkeypatch: pytest.MonkeyPatch) -> None:
    swarm = Swarm()
    swarm.fails = [OSError("no route"), ConnectionLost()]
    ways = Routes(swarm.relay, [swarm])
    meet(ways, "line")
    assert await data(ways) == [b"relay"] * 2
    assert await data(ways) == [b"relay"] * 2
    assert swarm.connects == 1, "it rests after a failure"
    for expected in (2, 3):
        ways._standings["v1"].retry = 0.0
        assert await data(ways) == [b"relay"] * 2
        opening = ways._standings["v1"].opening
        assert opening is not None
        await opening
        assert swarm.connects == expected
    assert await data(ways) == [b"one..", b"two.."]
    await ways.close()


async def test_a_peer_that_came_back_elsewhere_is_tried_at_once() -> None:
    swarm = Swarm()
    swarm.fails = [OSError("no route")]
    ways = Routes(swarm.relay, [swarm])
    meet(ways, "line", address="10.0.0.1:2000")
    await data(ways)
    meet(ways, "line", address="10.0.0.2:2000")
    await data(ways)
    assert swarm.connects == 2
    await ways.close()


async def test_what_a_line_broke_off_is_fetched_through_the_relay() -> None:
    swarm = Swarm()
    ways = Routes(swarm.relay, [swarm])
    meet(ways, "line")
    await data(ways)
    swarm.has[block(2)] = b"never sent"

    async def cut(wanted: BlockId, segments: tuple[int, ...] | None) -> Served | None:
        if wanted == block(2):
            await swarm.ends[0][1].close()
        return Served((5,), segment_hash(b"one.."), [b"one.."])

    swarm.ends[0][0]._lookup = cut
    assert await data(ways) == [b"relay"] * 2
    await ways.close()


async def test_a_line_that_falls_silent_keeps_what_came_and_is_closed() -> None:
    swarm = Swarm()
    ways = Routes(swarm.relay, [swarm])
    meet(ways, "line")
    await data(ways)
    line = ways._standings["v1"].line
    assert line is not None

    async def silent(holder: str, asks: Sequence[Ask]) -> list[FetchedBlock]:
        got = [FetchedBlock(block(1), None, (5,), b"", b"one..", True)]
        raise FetchBroken("nothing came", holder=holder, block=block(2), code="slow", got=got)

    line.fetch = silent  # type: ignore[method-assign, assignment]
    assert await data(ways) == [b"one..", b"relay"]
    assert swarm.relayed == [("v1", 1)] and line.lost is not None
    await ways.close()


async def test_a_holders_own_word_that_it_has_not_got_a_block_is_not_asked_of_the_relay_again() -> None:
    swarm = Swarm()
    del swarm.has[block(2)]
    ways = Routes(swarm.relay, [swarm])
    meet(ways, "line")
    with pytest.raises(FetchBroken) as broken:
        await data(ways)
    assert broken.value.code == "unavailable" and [got.data for got in broken.value.got] == [b"one.."]
    assert swarm.relayed == []
    await ways.close()


async def test_idle_lines_make_room_and_busy_ones_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "MOST_LINES", 2)
    swarm = Swarm()
    ways = Routes(swarm.relay, [swarm])
    for peer in ("v1", "v2", "v3"):
        meet(ways, "line", peer=peer)
        assert await data(ways, peer) == [b"one..", b"two.."]
    await asyncio.sleep(0)
    assert [peer for peer, standing in ways._standings.items() if standing.open_line()] == ["v2", "v3"]
    for peer in ("v2", "v3"):
        line = ways._standings[peer].line
        assert line is not None
        line._fetches[99] = None  # type: ignore[assignment]  # it is busy
    assert await data(ways, "v1") == [b"relay"] * 2
    for peer in ("v2", "v3"):
        line = ways._standings[peer].line
        assert line is not None
        del line._fetches[99]
    await ways.close()
