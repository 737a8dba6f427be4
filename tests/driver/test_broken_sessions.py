"""A driver whose connection breaks, at each message of a program in turn: the answers are exact, and nothing is
computed twice."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from operator import add

import msgspec
import pytest
from tests.driver.loop_swarm import LoopSwarm, LoopVolunteer, loop_swarm

from tabswarm.coordinator.coordinator import Coordinator
from tabswarm.coordinator.tokens import Role
from tabswarm.driver.attached import AttachedApplication, WatchingEngine
from tabswarm.driver.swarm_engine import SwarmEngine
from tabswarm.errors import CoordinatorUnreachable, SessionReplaced, TaskError
from tabswarm.rdd.engine_context import EngineContext
from tabswarm.scheduler.scheduler import Scheduler
from tabswarm.transport import lasting_session, relay_line
from tabswarm.transport.connection import Connection, ConnectionLost, Door, Socket
from tabswarm.transport.session import open_driver_session
from tabswarm.wire.close_code import CloseCode
from tabswarm.wire.messages import Assign, Hello
from tabswarm.wire.version import PROTOCOL, tabswarm_version

BREAKS = ("said and lost", "said and heard", "lost on its way here", "heard here")
"""Where a message is when the connection breaks: on its way there, or there; on its way here, or here."""


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lasting_session, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(relay_line, "RETRY_SECONDS", 0.01)


def type_of(data: bytes) -> str:
    return str(msgspec.msgpack.decode(data)["type"])


class BreakingDoor:
    """A door whose control connection breaks once, at the `at`-th message of the way that `how` says; pings and pongs,
    which come when they come, are not counted. `passed` are the types of all others, each way."""

    def __init__(self, door: Door, how: str, at: int) -> None:
        self.door = door
        self.how = how
        self.at = at
        self.broke = 0
        self.closed = False
        self.passed: dict[str, list[str]] = {"said": [], "heard": []}
        self.connections: list[_Breaking] = []

    async def connect(self, socket: Socket) -> Connection:
        if self.closed:
            raise CoordinatorUnreachable("nobody answers")
        connection = await self.door.connect(socket)
        if socket != "control":
            return connection
        self.connections.append(_Breaking(self, connection))
        return self.connections[-1]

    def breaks(self, way: str, data: bytes) -> bool:
        kind = type_of(data)
        if kind in ("Ping", "Pong", "Hello", "Welcome"):
            return False
        self.passed[way].append(kind)
        ours = self.how.startswith("said") if way == "said" else not self.how.startswith("said")
        if ours and not self.broke and len(self.passed[way]) == self.at:
            self.broke = self.at
            return True
        return False


class _Breaking:
    def __init__(self, door: BreakingDoor, connection: Connection) -> None:
        self.door = door
        self.connection = connection

    async def send(self, data: bytes) -> None:
        breaks = self.door.breaks("said", data)
        if not breaks or self.door.how == "said and heard":
            await self.connection.send(data)
        if breaks:
            await self.cut()

    async def receive(self) -> bytes:
        data = await self.connection.receive()
        if self.door.breaks("heard", data):
            if self.door.how == "heard here":
                await self.connection.close(CloseCode.GONE)
                return data
            await self.cut()
        return data

    async def cut(self) -> None:
        await self.connection.close(CloseCode.GONE)
        raise ConnectionLost(CloseCode.GONE, "cut by the test")

    async def close(self, code: int = CloseCode.NORMAL, reason: str = "") -> None:
        await self.connection.close(code, reason)


def engine_at(swarm: LoopSwarm, door: Door) -> SwarmEngine:
    return SwarmEngine(swarm.loop, door, token=swarm.driver_token, name="test", owns_loop=False)


def program(sc: EngineContext) -> tuple[dict[int, int], int, int, int]:
    """Source data of the driver's own, a shuffle, results inline and fetched, something cached and let go of again, an
    accumulator, and a handle that is dropped."""
    count = sc.accumulator(0)

    def tell(x: int) -> tuple[int, int]:
        count.add(1)
        return x % 3, x

    numbers = sc.parallelize(list(range(600)), 3).map(tell).cache()
    sums = dict(numbers.reduceByKey(add, 2).collect())
    noise = sc.range(2, numSlices=2).map(lambda x: len(str(x) * 3)).sum()
    total = numbers.count()
    numbers.unpersist()
    del numbers
    return sums, noise, total, int(count.value)


EXPECTED = ({k: sum(range(k, 600, 3)) for k in range(3)}, 6, 600, 600)


def runs(swarm: LoopSwarm) -> list[tuple[str, int, int, int]]:
    """Of each node of each job: its name, partitions, first runs and others."""
    reports = swarm.coordinator.swarm(swarm.swarm).scheduler.report()
    return [
        (node.name, node.partitions, node.first, node.recomputed + node.speculative)
        for report in reports
        for node in report.nodes
    ]


def broken_run(how: str, at: int) -> tuple[BreakingDoor, list[tuple[str, int, int, int]]]:
    with loop_swarm(1) as swarm:
        door = BreakingDoor(swarm.coordinator.door(), how, at)
        with EngineContext(engine_at(swarm, door)) as sc:
            assert program(sc) == EXPECTED, f"message {at} {how}"
        return door, runs(swarm)


@pytest.mark.timeout(180)
@pytest.mark.parametrize("how", BREAKS)
def test_a_connection_that_breaks_at_any_message_changes_nothing(how: str) -> None:
    _, undisturbed = broken_run(how, 0)
    assert all(others == 0 for *_, others in undisturbed)
    for at in range(1, 200):
        door, happened = broken_run(how, at)
        if not door.broke:
            break
        assert happened == undisturbed, f"after message {at} {how}: {door.passed}"
        assert len(door.connections) == 2
    assert at > 5, "the program says and hears more than that"


@pytest.fixture
def swarm() -> Iterator[LoopSwarm]:
    with loop_swarm(1) as swarm:
        yield swarm


def cut(swarm: LoopSwarm, door: BreakingDoor) -> None:
    """The connection breaks, and the coordinator has noticed."""
    swarm.loop.run(door.connections[-1].connection.close(CloseCode.GONE))
    wait_for(lambda: not any(s.role is Role.DRIVER for s in swarm.coordinator.swarm(swarm.swarm).sessions.values()))


def wait_for(satisfied: Callable[[], bool]) -> None:
    while not satisfied():
        threading.Event().wait(0.001)


def test_a_job_that_fails_while_its_driver_is_away_raises_when_it_is_back(swarm: LoopSwarm) -> None:
    gate, reached = threading.Event(), threading.Event()
    door = BreakingDoor(swarm.coordinator.door(), "said and lost", 0)
    volunteer = swarm.join(LoopVolunteer("gated"))
    with EngineContext(engine_at(swarm, door)) as sc, ThreadPoolExecutor(1) as pool:
        original = volunteer._do

        async def gated(assign: Assign) -> None:
            reached.set()
            await asyncio.to_thread(gate.wait)
            await original(assign)

        vars(volunteer).update(_do=gated)
        failing = pool.submit(sc.range(4, numSlices=4).map(lambda x: 1 // (x - x)).collect)
        assert reached.wait(10)
        door.closed = True
        cut(swarm, door)
        gate.set()
        scheduler = swarm.coordinator.swarm(swarm.swarm).scheduler
        wait_for(lambda: scheduler.report()[-1].state == "failed")
        door.closed = False
        with pytest.raises(TaskError, match="ZeroDivisionError"):
            failing.result(20)
        assert sc.range(3).count() == 3


def test_an_action_that_is_called_while_the_connection_is_broken_waits_for_it(
    swarm: LoopSwarm, capfd: pytest.CaptureFixture[str]
) -> None:
    door = BreakingDoor(swarm.coordinator.door(), "said and lost", 0)
    with EngineContext(engine_at(swarm, door)) as sc, ThreadPoolExecutor(1) as pool:
        door.closed = True
        cut(swarm, door)
        waiting = pool.submit(sc.range(30).sum)
        assert not waiting.done()
        door.closed = False
        assert waiting.result(20) == sum(range(30))
    told = capfd.readouterr().err
    assert "is lost" in told and "trying again" in told and "is back" in told


def test_a_coordinator_that_stays_away_ends_the_job_and_says_so(
    swarm: LoopSwarm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lasting_session, "GIVE_UP_SECONDS", 0.05)
    door = BreakingDoor(swarm.coordinator.door(), "said and lost", 0)
    with EngineContext(engine_at(swarm, door)) as sc:
        door.closed = True
        cut(swarm, door)
        with pytest.raises(CoordinatorUnreachable, match="could not be had again: nobody answers"):
            sc.range(3).count()


def test_a_coordinator_that_was_restarted_knows_nothing_and_the_error_says_so(swarm: LoopSwarm) -> None:
    door = BreakingDoor(swarm.coordinator.door(), "said and lost", 0)

    async def restart() -> Coordinator:
        """The same links, and nothing else."""
        again = Coordinator(Scheduler)
        again._places[swarm.swarm] = again._places.pop(again.create_swarm())
        again.tokens = swarm.coordinator.tokens
        return again

    restarted = swarm.loop.run(restart())
    with EngineContext(engine_at(swarm, door)) as sc:
        door.door = restarted.door()
        cut(swarm, door)
        with pytest.raises(CoordinatorUnreachable, match=r"there is no application .* restarted"):
            sc.range(3).count()
    swarm.loop.run(restarted.close())


def test_a_session_that_was_forgotten_is_not_taken_up_again(swarm: LoopSwarm) -> None:
    door = BreakingDoor(swarm.coordinator.door(), "said and lost", 0)
    with EngineContext(engine_at(swarm, door)) as sc:
        swarm.coordinator._remembered.clear()
        cut(swarm, door)
        with pytest.raises(CoordinatorUnreachable, match="does not know this session"):
            sc.range(3).count()


def test_a_program_whose_application_was_taken_over_does_not_come_back(swarm: LoopSwarm) -> None:
    door = BreakingDoor(swarm.coordinator.door(), "said and lost", 0)
    with EngineContext(engine_at(swarm, door)) as sc:

        async def take_over() -> None:
            hello = Hello(
                token=swarm.driver_token, role="driver", protocol=PROTOCOL, version=tabswarm_version(), python="3",
                kind="library", application=sc.applicationId,
            )  # fmt: skip
            await open_driver_session(await swarm.coordinator.door().connect("control"), hello)

        swarm.loop.run(take_over())
        with pytest.raises(SessionReplaced, match="took over"):
            sc.range(3).count()
        assert len(door.connections) == 1


@pytest.mark.timeout(120)
@pytest.mark.parametrize("how", BREAKS)
def test_who_looks_on_comes_back_as_well(how: str) -> None:
    for at in range(1, 100):
        with loop_swarm(1) as swarm, EngineContext(engine_at(swarm, swarm.coordinator.door())) as sc:
            engine = sc._engine
            assert isinstance(engine, SwarmEngine)
            engine._keep_results = True
            assert sc.range(10, numSlices=3).map(lambda x: x * x).collect() == [x * x for x in range(10)]
            door = BreakingDoor(swarm.coordinator.door(), how, at)
            watching = WatchingEngine(
                swarm.loop, door, token=swarm.driver_token, application=sc.applicationId, owns_loop=False
            )
            with AttachedApplication(watching) as attached:
                assert [job.action for job in attached.jobs()] == ["collect"]
                assert attached.result() == [x * x for x in range(10)]
        if not door.broke:
            break
    assert at > 2
