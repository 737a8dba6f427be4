"""Whatever a peer sends, the coordinator lives, breaks nothing of its own, and the others' job ends right.

Messages are recorded ones with bytes changed, and well-formed ones with values that no honest peer would send.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.coordinator.in_memory import Place, place, settle, until
from tests.coordinator.scripted_volunteer import ScriptedVolunteer, word_count_plan
from tests.wire.write_vectors import GOOD

from tabswarm.coordinator.bounds import Bounds
from tabswarm.transport.connection import ConnectionLost
from tabswarm.transport.relay import Relay
from tabswarm.wire.messages import Accepted, Assign, JobDone, RevokeInvite, Submit

LAX = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
ODD_NUMBERS = [-(2**63), -1, 0, 1, 2, 3, 7, 100, 2**31, 2**53, 2**63 - 1]
ODD_TEXTS = ["", "a1", "j1", "\x00", "v1", "\u202e", "x" * 300, "rdd", "map", "raised", "worker_died", "stdout"]


def odd(value: Any, chance: random.Random) -> Any:
    """The same shape with some leaves replaced by odd values."""
    if isinstance(value, dict):
        return {key: item if key == "type" else odd(item, chance) for key, item in value.items()}
    if isinstance(value, list):
        items = [odd(item, chance) for item in value]
        if chance.random() < 0.1:
            items = items * chance.choice([0, 2, 3])
        return items
    if chance.random() < 0.6:
        return value
    if isinstance(value, bool) or value is None:
        return chance.choice([True, False, None])
    if isinstance(value, int):
        return chance.choice(ODD_NUMBERS)
    if isinstance(value, float):
        return chance.choice([float("nan"), float("inf"), -1.0, 1e308])
    return chance.choice(ODD_TEXTS) if isinstance(value, str) else chance.choice([b"", b"\x80", bytes(300)])


def damaged(data: bytes, chance: random.Random) -> bytes:
    """Some bytes changed, left out or put in."""
    found = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(found) + 1)
        match chance.randrange(3):
            case 0:
                found[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                del found[at : at + chance.randint(1, 8)]
            case _:
                found[at:at] = chance.randbytes(chance.randint(1, 8))
    return bytes(found)


OPEN: dict[str, Callable[[Place], Awaitable[Any]]] = {
    "FromVolunteer": lambda here: here.volunteer(slots=4),
    "FromDriver": lambda here: here.driver(kind="console", application="notebook"),
    "FromOperator": lambda here: here.operator(),
}


async def send_all(here: Place, direction: str, messages: list[bytes], chance: random.Random) -> None:
    """Send each; where a session ends by it the next goes over a fresh one. The peer holds real ids of real tasks."""
    session: Any = None
    for data in messages:
        if session is None or session.lost is not None:
            session = await OPEN[direction](here)
            await settle()
        content = fitted(data, session, here, chance)
        with contextlib.suppress(ConnectionLost):
            await session._connection.send(content)
        await settle()


def fitted(data: bytes, session: Any, here: Place, chance: random.Random) -> bytes:
    """Now and then with the session's own application, and tasks that are assigned to it."""
    try:
        message = msgspec.msgpack.decode(data)
    except ValueError:
        return data
    if not isinstance(message, dict):
        return data
    inner = here.coordinator.swarm(here.swarm).sessions.get(session.welcome.peer)
    if inner is not None and inner.running and "attempt" in message and chance.random() < 0.8:
        message["task"], message["attempt"] = chance.choice(list(inner.running))
    if isinstance(message.get("plan"), dict) and chance.random() < 0.9:
        message["plan"]["application"] = session.welcome.application
    return msgspec.msgpack.encode(message)


@pytest.mark.parametrize("direction", OPEN)
@LAX
@given(seed=st.integers(0, 2**32))
def test_no_message_breaks_the_coordinator(direction: str, seed: int) -> None:
    chance = random.Random(seed)

    async def play() -> None:
        async with place(Bounds(pulse_seconds=0.001)) as here:
            driver = await here.driver()
            plan = word_count_plan(driver.welcome.application, [b"a b"] * 6, 2)
            await driver.send(Submit(request=1, plan=plan, code={"f1": b""}))
            await until(driver, Accepted)
            messages = []
            for _ in range(25):
                good = chance.choice(GOOD[direction])
                content = msgspec.msgpack.decode(msgspec.msgpack.encode(good))
                data = msgspec.msgpack.encode(odd(content, chance))
                messages.append(damaged(data, chance) if chance.random() < 0.3 else data)
            await send_all(here, direction, messages, chance)
            # Still there for the honest.
            again = await here.driver()
            await again.send(Submit(request=1, plan=msgspec.structs.replace(
                plan, application=again.welcome.application), code={"f1": b""}))  # fmt: skip
            await until(again, Accepted)
            here.coordinator.swarm(here.swarm).scheduler.report()

    asyncio.run(play())


@LAX
@given(seed=st.integers(0, 2**32))
def test_a_hostile_driver_does_not_touch_anothers_job(seed: int) -> None:
    chance = random.Random(seed)

    async def play() -> None:
        async with place() as here:
            volunteer = ScriptedVolunteer(await here.volunteer())
            driver = await here.driver()
            relay: Relay = await here.relay(volunteer.session, volunteer.lookup)
            plan = word_count_plan(driver.welcome.application, [b"a b"] * 6, 2)
            await driver.send(Submit(request=1, plan=plan, code={"f1": b""}))
            await until(driver, Accepted)
            # Whoever has the driver link may close the invite link, and with it go the volunteers: that is no attack.
            kinds = [said for said in GOOD["FromDriver"] if not isinstance(said, Submit | RevokeInvite)]
            contents = [msgspec.msgpack.decode(msgspec.msgpack.encode(chance.choice(kinds))) for _ in range(15)]
            await send_all(here, "FromDriver", [msgspec.msgpack.encode(odd(c, chance)) for c in contents], chance)
            work = asyncio.create_task(volunteer.run())
            await until(driver, JobDone)
            work.cancel()
            await asyncio.wait([work])
            await relay.close()

    asyncio.run(play())


def test_an_assignment_is_there_to_be_attacked() -> None:
    async def play() -> None:
        async with place() as here:
            volunteer, driver = await here.volunteer(), await here.driver()
            plan = word_count_plan(driver.welcome.application, [b"a b"], 1)
            await driver.send(Submit(request=1, plan=plan, code={"f1": b""}))
            assign = await until(volunteer, Assign)
            session = here.coordinator.swarm(here.swarm).sessions[volunteer.welcome.peer]
            assert (assign.spec.task, assign.spec.attempt) in session.running

    asyncio.run(play())
