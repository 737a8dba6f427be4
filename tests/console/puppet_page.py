"""A console's page without a browser: a control session, a relay and a store for a room, all on the swarm's loop."""

from __future__ import annotations

import asyncio
import json
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, TypeVar

import msgspec
from tests.console.stacks import own_stacks, run_sync
from tests.driver.loop_swarm import LoopSwarm

import tabswarm
from tabswarm.console.context import ConsoleContext
from tabswarm.console.room import Room
from tabswarm.driver.context import Context
from tabswarm.ids import BlockId
from tabswarm.showing.screen import show_on
from tabswarm.transport.exchange import FetchBroken, Served
from tabswarm.transport.lasting_session import LastingSession
from tabswarm.transport.passes import Passes
from tabswarm.transport.relay_line import RelayLine
from tabswarm.transport.transfers import Ask
from tabswarm.wire.blocks import Wanted
from tabswarm.wire.messages import FromDriver, Hello, Pass, Submit, ToDriver, Watch
from tabswarm.wire.version import PROTOCOL, tabswarm_version

R = TypeVar("R")
_pack = msgspec.msgpack.Encoder().encode
_said = msgspec.msgpack.Decoder(FromDriver)


class JsBytes:
    """Bytes as JavaScript gives them."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def to_bytes(self) -> bytes:
        """A copy."""
        return self._data


class PuppetPage:
    """A page and its Worker: `run` runs a cell there. What the Worker said is kept by kind."""

    def __init__(self, swarm: LoopSwarm, folder: Path) -> None:
        self.swarm = swarm
        self.room: Room
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.actions: list[tuple[str, int, str, str, bool]] = []
        self.cuts: list[int] = []
        self.outcomes: list[tuple[str, str, int]] = []
        self.waits: list[tuple[str, list[str] | None]] = []
        self.submitted: list[Submit] = []
        self.watched: list[Watch] = []
        self.completed: dict[int, list[dict[str, str]]] = {}
        self.heard: list[ToDriver] = []
        self.blocks: dict[BlockId, tuple[bytes, bytes]] = {}
        self.waiting_now = threading.Event()
        self.refuse_fetches = 0
        self._folder = folder
        self._passes = Passes()
        self._tasks: set[asyncio.Task[None]] = set()
        self._session: LastingSession

    def run(self, source: str, cell: str = "c1", recorded: tuple[tuple[str, str], ...] = (), cut: int = 0) -> str:
        """Run a cell to its end, and say how it ended."""
        self.start(source, cell, recorded, cut)
        return self.end_of(cell)

    def start(self, source: str, cell: str = "c1", recorded: tuple[tuple[str, str], ...] = (), cut: int = 0) -> None:
        """Begin to run a cell."""
        self.room.furnish()  # pytest has put its own streams there meanwhile
        actions = json.dumps([{"hash": hash, "job": job} for hash, job in recorded])
        self._outcome: Any = self.swarm.loop.start(self.room.run(cell, f"cell {cell[1:]}", source, actions, cut))

    def end_of(self, cell: str) -> str:
        """Wait for its end."""
        self._outcome.result(60)
        assert self.outcomes[-1][0] == cell
        return self.outcomes[-1][1]

    def stop(self) -> None:
        """The person stops the cell."""
        self.on_loop(self.room.interrupt)

    def until_it_waits(self, for_job: bool = True) -> None:
        """Wait until the cell does."""
        while True:
            assert self.waiting_now.wait(60)
            if not for_job or (self.waits and self.waits[-1][1]):
                return
            self.waiting_now.clear()

    def printed(self, stream: str = "stdout") -> str:
        """All that cells printed."""
        return "".join(e["text"] for _, e in self.events if e["is"] == "stream" and e["name"] == stream)

    def errors(self) -> list[dict[str, Any]]:
        """The errors of cells."""
        return [e["error"] for _, e in self.events if e["is"] == "error"]

    def shown(self) -> list[str]:
        """The texts of what was shown."""
        return [e["data"]["text/plain"] for _, e in self.events if e["is"] == "display"]

    def recorded(self) -> tuple[tuple[str, str], ...]:
        """The actions of all cells, as the page keeps them."""
        return tuple((digest, job) for _, _, digest, job, _ in self.actions)

    def on_loop(self, function: Callable[..., R], *given: Any) -> R:
        """Call a function as the page does, on the loop."""

        async def call() -> R:
            return function(*given)

        return self.swarm.loop.run(call())

    # --- as a `Page`

    def say(self, message: bytes) -> None:
        told = _said.decode(message)
        if isinstance(told, Submit):
            self.submitted.append(told)
        elif isinstance(told, Watch):
            self.watched.append(told)
        self._session.say(told)

    def fetch(self, id: int, holder: str, orders: str) -> None:
        asks = [Ask(Wanted(msgspec.convert(order["block"], BlockId)), order["size"]) for order in json.loads(orders)]
        self._spawn(self._fetch(id, holder, asks))

    def provide(self, block: str, data: bytes, hashes: bytes) -> None:
        self.blocks[msgspec.json.decode(block, type=BlockId)] = data, hashes

    def release(self, nodes: str) -> None:
        gone = json.loads(nodes)
        self.blocks = {block: data for block, data in self.blocks.items() if block.node not in gone}

    def event(self, cell: str, event: str) -> None:
        assert not self.outcomes or self._running or self.outcomes[-1][0] != cell
        self.events.append((cell, json.loads(event)))

    def action(self, cell: str, k: int, hash: str, job: str, recalled: bool, parallelism: int) -> None:
        self.actions.append((cell, k, hash, job, recalled))
        self.cuts.append(parallelism)

    def waiting(self, cell: str, jobs: str) -> None:
        self.waits.append((cell, json.loads(jobs)))
        self.waiting_now.set()

    def computing(self, cell: str) -> None:
        self.waits.append((cell, None))
        self.waiting_now.clear()

    def completions(self, id: int, completions: str) -> None:
        self.completed[id] = json.loads(completions)

    def done(self, cell: str, outcome: str, parallelism: int) -> None:
        self.outcomes.append((cell, outcome, parallelism))

    # --- on the loop

    @property
    def _running(self) -> bool:
        return not self._outcome.done()

    async def open(self, first_node: int) -> None:
        """Join the swarm, and open the room."""
        asyncio.get_running_loop().set_task_factory(own_stacks)
        door = self.swarm.coordinator.door()
        self._session = LastingSession(door)
        hello = Hello(
            token=self.swarm.driver_token,
            role="driver",
            protocol=PROTOCOL,
            version=tabswarm_version(),
            python="3.14",
            kind="console",
            name="console",
            application="notebook",
        )
        welcome = await self._session.open(lambda connection: hello)
        self._relay = RelayLine(door, self._session.relay_hello(), self._look_up, self._passes)
        self.main = ModuleType("__main__")
        self.room = Room(self, run_sync, self.main, self._folder)
        self.room.furnish()
        self.room.open(JsBytes(_pack(welcome)), first_node)
        self._spawn(self._relay.keep())
        self._spawn(self._session.run(self._hear, lambda: (), self._relay.renew))

    async def close(self) -> None:
        """Leave."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._relay.close()
        await self._session.close()
        asyncio.get_running_loop().set_task_factory(None)

    def _hear(self, message: ToDriver) -> None:
        self.heard.append(message)
        if isinstance(message, Pass):
            self._passes.learn(message.application, message.secret)
        self.room.message(JsBytes(_pack(message)))

    async def _look_up(self, block: BlockId, segments: tuple[int, ...] | None) -> Served | None:
        if block not in self.blocks:
            return None
        data, hashes = self.blocks[block]
        return Served(sizes=(len(data),), hashes=hashes, chunks=[data])

    async def _fetch(self, id: int, holder: str, asks: list[Ask]) -> None:
        failure: Any = None
        if self.refuse_fetches:
            self.refuse_fetches -= 1
            got, failure = [], SimpleNamespace(code="", reason="no way", corrupt=False, lost=True)
        else:
            try:
                got = await self._relay.fetch(holder, asks)
            except FetchBroken as broken:
                got = broken.got
                failure = SimpleNamespace(code=broken.code, reason=str(broken), corrupt=broken.corrupt, lost=False)
        blocks: Any = [
            SimpleNamespace(data=JsBytes(each.data), hashes=JsBytes(each.hashes), direct=False) for each in got
        ]
        self.room.fetched(id, blocks, failure)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


@contextmanager
def console_in(swarm: LoopSwarm, folder: Path, first_node: int = 0) -> Iterator[PuppetPage]:
    """A console of this swarm; what it changes of this process is as it was before at the end."""
    before = sys.stdout, sys.stderr, sys.stdin, sys.modules["__main__"], time.sleep
    page = PuppetPage(swarm, folder)
    try:
        swarm.loop.run(page.open(first_node))
        yield page
    finally:
        swarm.loop.run(page.close())
        show_on(None)
        sys.stdout, sys.stderr, sys.stdin, sys.modules["__main__"], time.sleep = before
        tabswarm.Context = tabswarm.SparkContext = Context  # type: ignore[misc]
        ConsoleContext._one = Context._active = None
