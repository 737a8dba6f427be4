"""The client's side of the control socket, against a coordinator that is a script."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from tabswarm.errors import ConnectionRefused, CoordinatorUnreachable, PlanRefused, TokenRefused, VersionRefused
from tabswarm.transport.connection import Connection, ConnectionLost
from tabswarm.transport.memory import pair
from tabswarm.transport.session import Session, open_driver_session, open_volunteer_session
from tabswarm.wire.close_code import CloseCode
from tabswarm.wire.messages import (
    CancelTask,
    Hello,
    JobDone,
    Leaving,
    Message,
    Ping,
    Pong,
    Refused,
    ToVolunteer,
    Welcome,
)

HELLO = Hello(token="t", role="volunteer", protocol=1, version="0", python="3.11", kind="native")
WELCOME = Welcome(peer="v1", resume="r", swarm="s1")
encode = msgspec.msgpack.encode


async def opened(silence: float = 10.0) -> tuple[Session[ToVolunteer], Connection]:
    here, there = pair()
    await there.send(encode(WELCOME))
    session = await open_volunteer_session(here, HELLO, silence=silence)
    assert msgspec.msgpack.decode(await there.receive(), type=Hello) == HELLO
    return session, there


async def test_after_the_welcome_typed_messages_go_both_ways() -> None:
    session, there = await opened()
    assert session.welcome == WELCOME
    await there.send(encode(CancelTask(task=1, attempt=2)))
    assert await session.receive() == CancelTask(task=1, attempt=2)
    await session.send(Leaving())
    assert msgspec.msgpack.decode(await there.receive()) == {"type": "Leaving"}
    await session.close()


async def test_pings_are_answered_while_nobody_receives() -> None:
    session, there = await opened()
    await there.send(encode(Ping(number=41)))
    assert msgspec.msgpack.decode(await there.receive(), type=Pong) == Pong(number=41)
    await session.close()


async def test_what_came_before_the_loss_is_received_first_and_then_the_reason() -> None:
    session, there = await opened()
    await there.send(encode(CancelTask(task=1, attempt=2)))
    await there.close(CloseCode.REPLACED, "a newer session")
    assert isinstance(await session.receive(), CancelTask)
    for _ in range(2):
        with pytest.raises(ConnectionLost, match="4409: a newer session"):
            await session.receive()
    with pytest.raises(ConnectionLost):
        await session.send(Leaving())
    assert session.lost is not None and session.lost.code == 4409


async def test_a_silent_coordinator_is_noticed() -> None:
    session, _ = await opened(silence=0.02)
    with pytest.raises(ConnectionLost, match=r"said nothing for 0\.02 s"):
        await session.receive()


@pytest.mark.parametrize("data", [b"", b"\xc1", b"\x80", encode({"type": "Unheard"}), encode(JobDone(job="j"))])
async def test_what_is_no_message_to_a_volunteer_ends_the_session(data: bytes) -> None:
    session, there = await opened()
    await there.send(data)
    with pytest.raises(ConnectionLost, match="4400"):
        await session.receive()
    with pytest.raises(ConnectionLost, match="4400"):
        await there.receive()


REFUSALS: list[tuple[CloseCode, type[ConnectionRefused], str]] = [
    (CloseCode.UNAUTHENTICATED, TokenRefused, "fresh link"),
    (CloseCode.WRONG_ROLE, TokenRefused, "another role"),
    (CloseCode.VERSION, VersionRefused, "same version"),
    (CloseCode.TOO_MANY, ConnectionRefused, "refused"),
    (CloseCode.GOING_AWAY, CoordinatorUnreachable, "went away"),
]


@pytest.mark.parametrize(("code", "error", "says"), REFUSALS)
@pytest.mark.parametrize("by_message", [True, False])
async def test_a_refusal_becomes_the_exception_that_says_what_to_do(
    code: CloseCode, error: type[ConnectionRefused], says: str, by_message: bool
) -> None:
    here, there = pair()
    answer: Message = Refused(code=code.word, reason="because")
    if by_message:
        await there.send(encode(answer))
    else:
        await there.close(code, "because")
    with pytest.raises(error, match=says) as refused:
        await open_driver_session(here, HELLO)
    assert type(refused.value) is error and "because" in str(refused.value)


async def test_who_never_answers_or_answers_nonsense_is_no_coordinator() -> None:
    here, _ = pair()
    with pytest.raises(CoordinatorUnreachable, match="did not answer"):
        await open_driver_session(here, HELLO, silence=0.01)
    here, there = pair()
    await there.send(b"HTTP/1.1 200 OK")
    with pytest.raises(CoordinatorUnreachable, match="no coordinator"):
        await open_driver_session(here, HELLO)


async def test_closing_twice_and_while_receiving_is_fine() -> None:
    session, _ = await opened()
    waiting = asyncio.create_task(session.receive())
    await asyncio.sleep(0)
    await session.close()
    await session.close()
    with pytest.raises(ConnectionLost):
        await waiting


async def test_a_message_that_the_coordinator_would_not_read_is_not_sent() -> None:
    session, there = await opened()
    with pytest.raises(PlanRefused, match="33554432 are allowed"):
        await session.send(Leaving(reason="x" * 2**25))
    await session.send(Leaving())
    assert msgspec.msgpack.decode(await there.receive()) == {"type": "Leaving"}
    await session.close()
