"""Blocks over TLS: only the port that was meant is spoken to, and only who has a ticket is served."""

from __future__ import annotations

import asyncio
import hashlib
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import msgspec
import pytest
from tests.transport.known_passes import passes

from tabswarm.ids import BlockId, BlockKind
from tabswarm.plan.location import Holder
from tabswarm.shipping.block_hash import segment_hash
from tabswarm.transport import block_port as bp
from tabswarm.transport.block_port import BlockPort, StreamConnection, TcpWay, make_certificate
from tabswarm.transport.connection import ConnectionLost
from tabswarm.transport.exchange import Exchange, FetchBroken, Served
from tabswarm.transport.passes import Passes
from tabswarm.transport.transfers import Ask
from tabswarm.wire.blocks import Wanted
from tabswarm.wire.messages import Visitor, Visitors

DATA = bytes(range(256)) * 5_000


def block(application: str = "a1") -> BlockId:
    return BlockId(application, BlockKind.PARTITION, 1, 0, 0)


async def look_up(wanted: BlockId, segments: tuple[int, ...] | None) -> Served | None:
    return Served((len(DATA),), segment_hash(DATA), [DATA]) if wanted.node == 1 else None


def ask(application: str = "a1") -> list[Ask]:
    return [Ask(Wanted(block(application)), len(DATA))]


def card(port: BlockPort, **changed: str) -> Holder:
    known = Holder("v1", "native", "", ("tcp",), "", port.address, port.fingerprint, "ticket")
    return msgspec.structs.replace(known, **changed)


async def until(satisfied: Callable[[], bool]) -> None:
    """Wait for what happens at the other end of a socket."""
    for _ in range(10_000):
        if satisfied():
            return
        await asyncio.sleep(0.001)
    raise AssertionError("it never happened")


@asynccontextmanager
async def listening(*visitors: Visitor) -> AsyncIterator[BlockPort]:
    port = BlockPort()
    port.lookup, port.passes = look_up, passes("a1", "a2")
    await port.listen("127.0.0.1")
    await port.admit(Visitors(visitors=visitors))
    try:
        yield port
    finally:
        await port.close()


async def test_a_block_comes_over_tls_to_who_has_a_ticket() -> None:
    async with listening(Visitor("v2", "ticket")) as port:
        line = await TcpWay("v2", passes("a1")).connect(card(port))
        (got,) = await line.fetch("v1", ask())
        assert (got.data, got.hashes, got.direct) == (DATA, segment_hash(DATA), True)
        many = await asyncio.gather(*(line.fetch("v1", ask()) for _ in range(8)))
        assert all(fetched.data == DATA for (fetched,) in many)
        await line.close()


@pytest.mark.parametrize("who", ["another ticket", "another peer", "no ticket"])
async def test_nobody_is_served_without_the_coordinators_word(who: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bp, "HEARSAY_SECONDS", 0.05)
    async with listening(Visitor("v2", "ticket")) as port:
        way = TcpWay("v3" if who == "another peer" else "v2", passes("a1"))
        shown = card(port, ticket={"another ticket": "other", "no ticket": ""}.get(who, "ticket"))
        with pytest.raises(ConnectionLost):
            await way.connect(shown)


async def test_a_ticket_that_the_port_hears_of_a_moment_later_is_good() -> None:
    async with listening() as port:
        connecting = asyncio.create_task(TcpWay("v2", passes("a1")).connect(card(port)))
        await until(lambda: port._unknown == 1)
        await port.admit(Visitors(visitors=(Visitor("v2", "ticket"),)))
        line = await connecting
        assert len((await line.fetch("v1", ask()))[0].data) == len(DATA)
        await line.close()


async def test_who_may_no_more_is_cut_off_and_not_let_in_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bp, "HEARSAY_SECONDS", 0.05)
    async with listening(Visitor("v2", "ticket")) as port:
        line = await TcpWay("v2", passes("a1")).connect(card(port))
        await line.fetch("v1", ask())
        await port.admit(Visitors(visitors=(Visitor("v2", ""),)))
        await line.wait_lost()
        with pytest.raises(ConnectionLost):
            await TcpWay("v2", passes("a1")).connect(card(port))


async def test_an_evil_peer_with_a_ticket_gets_no_block_of_an_application_that_it_does_not_work_for() -> None:
    guess = Passes()
    guess.learn("a1", "1a")
    guess.learn("a2", "guess")
    async with listening(Visitor("v2", "ticket"), Visitor("v3", "ticket")) as port:
        for way in (TcpWay("v2", passes("a1")), TcpWay("v3", guess)):
            line = await way.connect(card(port))
            with pytest.raises(FetchBroken) as refused:
                await line.fetch("v1", ask("a2"))
            assert refused.value.code == "not_allowed" and not refused.value.got
            with pytest.raises(FetchBroken) as refused:
                await line.fetch("v1", [*ask("a1"), *ask("a2")])
            assert refused.value.code == "not_allowed" and len(refused.value.got) == 1
            assert (await line.fetch("v1", ask("a1")))[0].data == DATA
            await line.close()


async def test_a_port_with_another_certificate_hears_no_ticket() -> None:
    heard: list[bytes] = []
    done = asyncio.Event()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read())
        writer.close()
        done.set()

    evil = make_certificate()
    server = await asyncio.start_server(listen, "127.0.0.1", 0, ssl=evil.context)
    port = server.sockets[0].getsockname()[1]
    honest = Holder("v1", "native", "", ("tcp",), "", f"127.0.0.1:{port}", hashlib.sha256(b"").hexdigest(), "ticket")
    with pytest.raises(ConnectionLost, match="is not v1"):
        await TcpWay("v2", passes("a1")).connect(honest)
    await done.wait()
    assert heard == [b""]
    server.close()


async def test_a_port_that_nobody_listens_on_or_that_is_silent_is_given_up_within_three_seconds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert bp.CONNECT_SECONDS < 3
    monkeypatch.setattr(bp, "CONNECT_SECONDS", 0.1)
    silent = socket.socket()
    silent.bind(("127.0.0.1", 0))
    silent.listen()  # and nobody accepts
    address = f"127.0.0.1:{silent.getsockname()[1]}"
    holder = Holder("v1", "native", "", ("tcp",), "", address, "0" * 64, "ticket")
    with pytest.raises(TimeoutError):
        await TcpWay("v2", passes("a1")).connect(holder)
    silent.close()
    with pytest.raises(OSError):
        await TcpWay("v2", passes("a1")).connect(holder)
    with pytest.raises(ConnectionLost):
        await TcpWay("v2", passes("a1")).connect(msgspec.structs.replace(holder, address="evil.example:443"))


async def tls(port: BlockPort) -> StreamConnection:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    host, _, number = port.address.rpartition(":")
    return StreamConnection(*await asyncio.open_connection(host, int(number), ssl=context))


@pytest.mark.parametrize("knock", [b"", b"\xc1", b"x" * 2000, msgspec.msgpack.encode(["v2", "ticket"])[:-1]])
async def test_a_knock_that_is_none_is_sent_away_and_harms_nobody(knock: bytes) -> None:
    async with listening(Visitor("v2", "ticket")) as port:
        rude = await tls(port)
        await rude.send(knock)
        with pytest.raises(ConnectionLost):
            await rude.receive()
        await rude.close()
        line = await TcpWay("v2", passes("a1")).connect(card(port))
        assert (await line.fetch("v1", ask()))[0].data == DATA
        await line.close()


async def test_frames_that_break_the_framing_end_their_line_only() -> None:
    async with listening(Visitor("v2", "ticket"), Visitor("v3", "ticket")) as port:
        rude = await tls(port)
        await rude.send(msgspec.msgpack.encode(["v3", "ticket"]))
        assert await rude.receive() == b""
        await rude.send(b"\xff rubbish")
        with pytest.raises(ConnectionLost):
            await rude.receive()
        line = await TcpWay("v2", passes("a1")).connect(card(port))
        assert (await line.fetch("v1", ask()))[0].data == DATA
        await line.close()
        await rude.close()


async def test_strangers_that_say_nothing_are_few_and_do_not_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bp, "UNKNOWN_AT_ONCE", 1)
    async with listening(Visitor("v2", "ticket")) as port:
        silent = await tls(port)
        await until(lambda: port._unknown == 1)
        with pytest.raises(ConnectionLost):
            await TcpWay("v2", passes("a1")).connect(card(port))
        await silent.close()
        await until(lambda: port._unknown == 0)
        line: Exchange = await TcpWay("v2", passes("a1")).connect(card(port))
        await line.close()
