"""What an operator may set of the ways between peers, and what peers are told of it."""

from __future__ import annotations

import doctest

import pytest
from tests.coordinator.in_memory import encode, hello, until

from tabswarm.coordinator import direct_ways
from tabswarm.coordinator.coordinator import Coordinator
from tabswarm.coordinator.direct_ways import BadIceServer, DirectWays, ice_server
from tabswarm.coordinator.settings import CannotServe, Settings
from tabswarm.coordinator.tokens import Role
from tabswarm.scheduler.scheduler import Scheduler
from tabswarm.transport.session import open_driver_session, open_volunteer_session
from tabswarm.wire.messages import Capabilities, IceServer, Pass


def test_the_examples_are_true() -> None:
    assert doctest.testmod(direct_ways).failed == 0


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "like stun:HOST:PORT"),
        ("stun:", "like stun:HOST:PORT"),
        ("http://stun.example.org", "like stun:HOST:PORT"),
        ("stun:host:port", "like stun:HOST:PORT"),
        ("stun:host:3478/path", "like stun:HOST:PORT"),
        ("stun:ada:secret@host", "has no user"),
        ("stun:host?transport=udp", "no .transport="),
        ("turn:host:3478", "wants USER:CREDENTIAL@"),
        ("turn:ada@host:3478", "like stun:HOST:PORT"),
    ],
)
def test_what_is_no_server_is_refused_without_repeating_its_credential(text: str, says: str) -> None:
    with pytest.raises(BadIceServer, match=says) as refused:
        ice_server(text)
    assert "secret" not in str(refused.value)


def test_relay_only_and_servers_for_direct_ways_exclude_each_other() -> None:
    with pytest.raises(CannotServe, match="--relay-only forbids"):
        Settings(ice_servers=("stun:127.0.0.1",), relay_only=True).check()
    with pytest.raises(CannotServe, match="like stun:HOST:PORT"):
        Settings(ice_servers=("nonsense",)).check()
    assert Settings().direct_ways() == DirectWays(), "no server is a default"


@pytest.mark.parametrize("relay_only", [False, True])
async def test_who_joins_is_told_of_the_servers_and_of_relay_only(relay_only: bool) -> None:
    servers = (IceServer("stun:127.0.0.1:3478"), IceServer("turn:127.0.0.1", "ada", "s3"))
    ways = DirectWays(ice_servers=servers, relay_only=relay_only)
    coordinator = Coordinator(Scheduler, ways=ways)
    swarm = coordinator.create_swarm()
    invite, secret = (coordinator.issue(role, swarm) for role in (Role.VOLUNTEER, Role.DRIVER))
    volunteer = await open_volunteer_session(await coordinator.door().connect("control"), hello(invite, "volunteer"))
    driver = await open_driver_session(await coordinator.door().connect("control"), hello(secret, "driver"))
    for session in (volunteer, driver):
        assert session.welcome.relay_only is relay_only
        assert session.welcome.ice_servers == (() if relay_only else servers)
    await until(driver, Pass)
    await volunteer.send(Capabilities(words=("webrtc",)))
    assert encode(Capabilities(words=()))
    await coordinator.close()
