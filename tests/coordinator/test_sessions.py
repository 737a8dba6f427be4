"""A control session: its hello, its signs of life, its ends; bad input costs the one who sent it."""

from __future__ import annotations

import asyncio
import re
import time

import msgspec
import pytest
from tests.coordinator.in_memory import encode, hello, lost, place, settle, until

from tabswarm.coordinator.bounds import Bounds
from tabswarm.errors import CoordinatorUnreachable, TokenRefused, VersionRefused
from tabswarm.transport.connection import ConnectionLost
from tabswarm.transport.session import open_driver_session, open_volunteer_session
from tabswarm.wire.messages import (
    Finished,
    Hello,
    Leaving,
    Ping,
    Pong,
    Refused,
    Resources,
    Started,
    Volunteers,
    Welcome,
)
from tabswarm.wire.version import PROTOCOL, tabswarm_version


async def test_without_a_hello_the_socket_is_closed() -> None:
    async with place(Bounds(hello_seconds=0.01)) as here:
        connection = await here.knock()
        assert (await lost(connection.receive)).code == 4408


BARE = {"type": "Hello", "token": "", "role": "", "protocol": -1, "version": "", "python": "", "kind": ""}
NO_HELLO: list[tuple[bytes, int]] = [
    (b"", 4400),
    (b"\xc1", 4400),
    (b"GET / HTTP/1.1", 4400),
    (b'{"type":"Hello"}', 4400),
    (encode({"type": "Hello"}), 4400),
    (encode({**BARE, "token": "\x00"}), 4401),
    (encode({**BARE, "token": 7}), 4400),
    (b"\x91" * 900, 4400),
    (b"\x81\xa4type\xa2\xff\xff", 4400),
    (encode(hello("x" * 2000, "driver")), 1009),
]  # fmt: skip


@pytest.mark.parametrize(("data", "code"), NO_HELLO, ids=range(len(NO_HELLO)))
async def test_what_is_no_hello_is_refused_with_one_line(data: bytes, code: int) -> None:
    async with place() as here:
        for socket in ("control", "relay"):
            connection = await here.knock("control" if socket == "control" else "relay")
            await connection.send(data)
            refused = msgspec.msgpack.decode(await connection.receive(), type=Refused)
            gone = await lost(connection.receive)
            assert gone.code == code and gone.reason == refused.reason
            assert "\n" not in gone.reason and "Traceback" not in gone.reason


async def test_another_protocol_or_version_is_refused_with_both_named() -> None:
    async with place() as here:
        with pytest.raises(VersionRefused, match=f"protocol 999, the coordinator {PROTOCOL}"):
            await open_driver_session(await here.knock(), hello(here.secret, "driver", protocol=999))
        with pytest.raises(VersionRefused, match=re.escape(f"tabswarm 99.1, the coordinator is {tabswarm_version()}")):
            await open_driver_session(await here.knock(), hello(here.secret, "driver", version="99.1\x1b"))
        served_by_us = hello(here.invite, "volunteer", kind="tab", version="another")
        await open_volunteer_session(await here.knock(), served_by_us)


async def test_a_relay_socket_needs_a_live_session_of_the_same_role() -> None:
    async with place() as here:
        volunteer, driver = await here.volunteer(), await here.driver()
        for told in (
            hello(here.invite, "volunteer", socket="relay"),
            hello(here.invite, "volunteer", socket="relay", resume="guess"),
            hello(here.invite, "volunteer", socket="relay", resume=driver.welcome.resume),
            hello(here.secret, "driver", socket="relay", resume=volunteer.welcome.resume),
        ):
            connection = await here.knock("relay")
            await connection.send(encode(told))
            assert (await lost(connection.receive)).code == 4401
        secret = volunteer.welcome.resume
        await volunteer.close()
        await settle()
        connection = await here.knock("relay")
        await connection.send(encode(hello(here.invite, "volunteer", socket="relay", resume=secret)))
        assert (await lost(connection.receive)).code == 4401


async def test_a_hello_for_the_other_socket_is_refused() -> None:
    async with place() as here:
        for knock, says in (("control", "relay"), ("relay", "control")):
            connection = await here.knock("control" if knock == "control" else "relay")
            await connection.send(encode(hello(here.invite, "volunteer", socket=says)))
            assert (await lost(connection.receive)).code == 4400


async def test_a_relay_socket_goes_with_its_session() -> None:
    async with place() as here:
        volunteer = await here.volunteer()
        relay = await here.relay(volunteer)
        await volunteer.close()
        assert (await relay.wait_lost()).code == 1001


async def test_a_second_hello_ends_the_session() -> None:
    async with place() as here:
        volunteer = await here.volunteer()
        await volunteer.send(hello(here.secret, "driver"))
        assert (await lost(volunteer.receive)).code == 4400


async def test_a_message_over_the_limit_ends_the_session() -> None:
    async with place(Bounds(message_bytes=100)) as here:
        volunteer = await here.volunteer()
        await volunteer.send(Leaving(reason="x" * 100))
        assert (await lost(volunteer.receive)).code == 1009


async def test_too_many_messages_end_the_session() -> None:
    async with place(Bounds(messages_a_pulse=50, pulse_seconds=100)) as here:
        volunteer = await here.volunteer()
        with pytest.raises(ConnectionLost):
            while True:
                await volunteer.send(Ping(number=1))
        assert (await lost(volunteer.receive)).code == 4429


async def test_everyone_is_pinged_and_pings_are_answered() -> None:
    async with place(Bounds(pulse_seconds=0.005, silence_seconds=100)) as here:
        connection = await here.knock()
        await connection.send(encode(hello(here.invite, "volunteer")))
        msgspec.msgpack.decode(await connection.receive(), type=Welcome)
        for number in (1, 2, 3):
            assert msgspec.msgpack.decode(await connection.receive(), type=Ping) == Ping(number=number)
        await connection.send(encode(Ping(number=2**40)))
        answers = [msgspec.msgpack.decode(await connection.receive(), type=Ping | Pong) for _ in range(20)]
        assert Pong(number=2**40) in answers


async def test_a_silent_peer_is_gone_and_one_that_answers_pings_stays() -> None:
    async with place(Bounds(pulse_seconds=0.005, silence_seconds=0.05)) as here:
        alive = await here.volunteer("alive")
        connection = await here.knock()
        await connection.send(encode(hello(here.invite, "volunteer", name="silent")))
        assert (await lost(connection.receive)).code == 4410
        await settle()
        names = [volunteer.name for volunteer in here.coordinator.swarm(here.swarm).scheduler.volunteers()]
        assert names == ["alive"] and alive.lost is None


async def test_after_the_coordinator_itself_slept_nobody_is_taken_for_gone() -> None:
    async with place(Bounds(pulse_seconds=0.01, silence_seconds=0.1)) as here:
        volunteer = await here.volunteer()
        time.sleep(0.2)  # the whole loop stands still, as it does while a laptop sleeps
        await asyncio.sleep(0.02)
        await settle()
        assert volunteer.lost is None


async def test_a_closed_socket_is_noticed_without_any_ping() -> None:
    async with place(Bounds(pulse_seconds=1000)) as here:
        volunteer = await here.volunteer()
        swarm = here.coordinator.swarm(here.swarm)
        assert len(swarm.scheduler.volunteers()) == 1
        await volunteer.close()
        await settle()
        assert len(swarm.scheduler.volunteers()) == 0


async def test_a_volunteer_that_says_goodbye_is_let_go_at_once() -> None:
    async with place() as here:
        volunteer = await here.volunteer()
        await volunteer.send(Leaving(reason="Stop now"))
        assert (await lost(volunteer.receive)).code == 1000
        assert len(here.coordinator.swarm(here.swarm).scheduler.volunteers()) == 0


async def test_a_newer_session_of_the_same_peer_replaces_the_older() -> None:
    async with place() as here:
        older = await here.volunteer()
        newer = await here.volunteer(resume=older.welcome.resume)
        assert newer.welcome.peer == older.welcome.peer
        assert (await lost(older.receive)).code == 4409
        await settle()
        assert [peer.id for peer in here.coordinator.swarm(here.swarm).scheduler.volunteers()] == [newer.welcome.peer]
        await newer.send(Resources(slots=2, memory=1))
        await settle()
        assert newer.lost is None


async def test_an_unknown_secret_gives_a_fresh_session() -> None:
    async with place() as here:
        first = await here.driver()
        second = await here.driver(resume="never given")
        assert second.welcome.application not in ("", first.welcome.application)
        as_volunteer = await here.volunteer(resume=first.welcome.resume)
        assert as_volunteer.welcome.peer.startswith("v")


async def test_revoking_a_token_ends_its_sessions_and_no_others() -> None:
    async with place() as here:
        volunteer, driver = await here.volunteer(), await here.driver()
        here.coordinator.revoke(here.invite)
        assert (await lost(volunteer.receive)).code == 4401
        assert driver.lost is None
        with pytest.raises(TokenRefused):
            await here.volunteer()


async def test_reports_of_tasks_that_were_never_assigned_change_nothing() -> None:
    async with place() as here:
        volunteer = await here.volunteer()
        for task, attempt in ((0, 0), (-1, -1), (2**53, 2**53)):
            await volunteer.send(Started(task=task, attempt=attempt))
            await volunteer.send(Finished(task=task, attempt=attempt, sinks=(), runs=(), seconds=-1.0))
        await settle()
        assert volunteer.lost is None and here.failures == []


async def test_claims_are_cut_to_what_can_be_and_names_to_what_can_be_shown() -> None:
    async with place() as here:
        told = msgspec.structs.replace(
            hello(here.invite, "volunteer", name="\u202e<b>Ada</b>\x1b[2J\u200b" + "a" * 100, slots=10**9), memory=-1
        )
        await open_volunteer_session(await here.knock(), told)
        driver = await here.driver()
        shown = await until(driver, Volunteers)
        assert shown.slots == 1024
        (volunteer,) = shown.volunteers
        assert volunteer.name.startswith("<b>Ada</b>[2Jaaa") and len(volunteer.name) == 60


async def test_a_full_swarm_says_so() -> None:
    async with place(Bounds(sessions=1)) as here:
        await here.volunteer()
        connection = await here.knock()
        await connection.send(encode(hello(here.invite, "volunteer")))
        assert (await lost(connection.receive)).code == 4429


async def test_a_peer_that_does_not_read_is_closed_at_its_cap() -> None:
    async with place(Bounds(outbox_bytes=20_000, pulse_seconds=1000)) as here:
        connection = await here.knock()
        await connection.send(encode(hello(here.secret, "driver", kind="library")))
        with pytest.raises(ConnectionLost):
            for number in range(1_000_000):
                await connection.send(encode(Ping(number=number)))
                if number % 100 == 0:
                    await asyncio.sleep(0)
        assert (await lost(connection.receive)).code in (4413, 4429)


async def test_a_coordinator_that_stops_tells_everyone_and_lets_nobody_in() -> None:
    async with place() as here:
        volunteer, driver = await here.volunteer(), await here.driver()
        waiting = await here.knock()
        await here.coordinator.close("upgrade")
        for receive in (volunteer.receive, driver.receive, waiting.receive):
            gone = await lost(receive)
            assert gone.code == 1001
        with pytest.raises(CoordinatorUnreachable):
            await here.knock()


def test_the_hello_fits_its_limit_with_everything_said() -> None:
    full = Hello(
        token="t" * 32,
        role="volunteer",
        protocol=PROTOCOL,
        version="1.22.333",
        python="3.14",
        kind="native",
        socket="control",
        name="☃" * 60,
        slots=1024,
        memory=2**44,
        resume="r" * 32,
        capabilities=tuple(f"capability-{number:02}" for number in range(20)),
    )
    assert len(encode(full)) <= 1024
