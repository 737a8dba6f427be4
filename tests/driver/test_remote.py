"""A program joins a swarm by its driver link, over real sockets on the loopback."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from operator import add

import pytest
from tests.driver.loop_swarm import LoopVolunteer

from tabswarm import BadLink, ConnectionRefused, Context, CoordinatorUnreachable, TokenRefused
from tabswarm.coordinator.serve import RunningServer, serve
from tabswarm.driver.loop_thread import LoopThread
from tabswarm.transport.links import parse_link
from tabswarm.transport.websocket import WebSocketDoor


class ServedSwarm:
    """A coordinator at a port of its own, with a volunteer that joined by the invite link."""

    def __init__(self) -> None:
        self.loop = LoopThread("test coordinator")
        self.server: RunningServer = self.loop.run(serve())
        invite = parse_link(self.server.invite_link)
        self.loop.run(LoopVolunteer("far away").join(WebSocketDoor(invite), invite.token))

    def close(self) -> None:
        self.loop.run(self.server.close())
        self.loop.stop()


@pytest.fixture
def swarm() -> Iterator[ServedSwarm]:
    swarm = ServedSwarm()
    try:
        yield swarm
    finally:
        swarm.close()


def test_a_program_counts_words_on_a_swarm_that_it_joined_by_link(swarm: ServedSwarm) -> None:
    with Context(swarm.server.driver_link, "remote") as sc:
        words = sc.parallelize(["to be", "or not", "to be"] * 100, 4).flatMap(str.split)
        assert dict(words.map(lambda word: (word, 1)).reduceByKey(add).collect()) == {
            "to": 200,
            "be": 200,
            "or": 100,
            "not": 100,
        }
        large = sc.parallelize([bytes(1000)] * 300, 2).map(lambda data: data + b"!")
        assert large.collect() == [bytes(1000) + b"!"] * 300
        assert "#" not in sc.master and sc.master in swarm.server.driver_link


def test_a_program_ends_clearly_when_the_coordinator_stops(swarm: ServedSwarm) -> None:
    sc = Context(swarm.server.driver_link)
    assert sc.range(3).count() == 3
    swarm.loop.run(swarm.server.close())
    with pytest.raises(CoordinatorUnreachable, match="the connection to the coordinator is lost"):
        while True:
            sc.range(3).count()
    sc.stop()


def test_a_wrong_token_and_an_invite_link_are_refused(swarm: ServedSwarm) -> None:
    origin = swarm.server.driver_link.partition("/console")[0]
    with pytest.raises(TokenRefused, match="ask for a fresh link"):
        Context(f"{origin}/console#{'x' * 40}")
    with pytest.raises(BadLink, match="needs a driver link"):
        Context(swarm.server.invite_link)
    with pytest.raises(ConnectionRefused):
        Context(swarm.server.driver_link.replace("/console#", "/console#" + "y"))


def test_nobody_at_the_address_is_told_as_such() -> None:
    async def free_port() -> int:
        server = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
        port: int = server.sockets[0].getsockname()[1]
        server.close()
        await server.wait_closed()
        return port

    port = asyncio.run(free_port())
    with pytest.raises(CoordinatorUnreachable, match=f"nobody answers at 127.0.0.1:{port}"):
        Context(f"http://127.0.0.1:{port}/console#{'x' * 40}")
