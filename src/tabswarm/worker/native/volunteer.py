"""One native volunteer: joins a swarm, runs what it is given, serves what it holds, and leaves nothing behind.

`run` is one session. A session that is lost takes its tasks and processes with it. Who wants to come back calls `run`
again with `keep` (`run.py` does): then the blocks stay, the next session takes the last one up, as the same volunteer,
and begins with a word on what is still held.
"""

from __future__ import annotations

import asyncio
import contextlib
import platform
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from tabswarm.errors import ConnectionRefused
from tabswarm.transport.block_port import TCP, BlockPort, TcpWay
from tabswarm.transport.connection import Connection, ConnectionLost, Door, Socket
from tabswarm.transport.neighbours import Neighbourhood
from tabswarm.transport.passes import Passes
from tabswarm.transport.relay_line import RelayLine
from tabswarm.transport.routes import Routes
from tabswarm.transport.session import Session, open_volunteer_session
from tabswarm.transport.webrtc import WEBRTC, WebRtcWay, network_capabilities
from tabswarm.transport.websocket import local_host
from tabswarm.wire import messages as m
from tabswarm.wire.version import PROTOCOL, tabswarm_version
from tabswarm.worker.native.block_directory import make_block_directory, overflow_of
from tabswarm.worker.native.block_store import BlockStore
from tabswarm.worker.native.copier import Copier
from tabswarm.worker.native.process_pool import ProcessPool
from tabswarm.worker.native.source_fetcher import SourceFetcher
from tabswarm.worker.native.task_runner import TaskRunner

MOVED_SECONDS = 1.0
"""How often, at most, the bytes fetched are told."""
DEFAULT_MEMORY = 2 * 2**30
KEEP_SECONDS = 600.0
"""How long blocks are kept for a session that may be taken up again."""

Say = Callable[[str], None]


class NativeVolunteer:
    """A supervisor of `slots` worker processes, at a coordinator's `door`.

    `memory` is the budget for blocks in bytes: past it the volunteer goes on, and says so once. `say` takes lines for
    the person. The folder of blocks is made in `block_root`, or where there is room. At `block_port` (0: any that is
    free; None: nowhere) other hosts may fetch blocks; `webrtc` lets tabs do so, where aiortc is installed; with
    `relay_only` no other host sees this one's address. `joined` is set while a session is open.
    """

    def __init__(
        self,
        door: Door,
        token: str,
        *,
        slots: int,
        memory: int = DEFAULT_MEMORY,
        name: str = "",
        say: Say = lambda line: None,
        block_root: Path | None = None,
        block_port: int | None = 0,
        webrtc: bool = True,
        relay_only: bool = False,
    ) -> None:
        self.slots = slots
        self.memory = memory
        self.joined = asyncio.Event()
        self.pool: ProcessPool | None = None
        self._door = door
        self._token = token
        self._name = name
        self._say = say
        self._block_roots = None if block_root is None else [block_root]
        self._stopping = asyncio.Event()
        self._finishing = asyncio.Event()
        self._neighbours = Neighbourhood()
        self._is_remote = False
        self._port = BlockPort()
        self._block_port = None if relay_only else block_port
        self._webrtc = webrtc
        self._relay_only = relay_only
        self._store: BlockStore | None = None
        self._passes = Passes()
        self._last: m.Welcome | None = None
        self._lost_at = 0.0

    def stop(self) -> None:
        """End the session at once, in good order: `run` returns soon."""
        self._stopping.set()

    def finish(self) -> None:
        """Take no new task, end those that run, let others copy what is held here, then stop."""
        self._finishing.set()
        if not self.joined.is_set():
            self.stop()

    @property
    def is_finishing(self) -> bool:
        """Whether `finish` was called."""
        return self._finishing.is_set()

    @property
    def is_stopping(self) -> bool:
        """Whether `stop` was called, or all is finished."""
        return self._stopping.is_set()

    async def wait_stopping(self, seconds: float) -> None:
        """Wait until `stop` is called, at most so long."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()

    async def run(self, *, keep: bool = False) -> None:
        """Join, work until `stop`, and leave. Raises ConnectionRefused's kinds, and ConnectionLost; then, with `keep`,
        the blocks are still here for the next call, or for `discard`."""
        connection = await self._door.connect("control")
        self._neighbours = Neighbourhood()
        self._is_remote = bool(local_host(connection))
        self._port = await self._open_port(connection)
        try:
            session = await open_volunteer_session(connection, self._hello("control", self._last))
            try:
                await self._work(session)
            except ConnectionLost:
                self._lost_at = asyncio.get_running_loop().time()
                if not keep:
                    self.discard()
                raise
            except BaseException:
                self.discard()
                raise
            else:
                self.discard()
            finally:
                self.joined.clear()
                await session.close()
        finally:
            await self._port.close()

    async def _open_port(self, connection: Connection) -> BlockPort:
        """A port for other hosts, at the address by which the coordinator is reached. Where it cannot listen, nobody
        hears of it."""
        port = BlockPort()
        host = local_host(connection)
        if host and self._block_port is not None:
            try:
                await port.listen(host, self._block_port)
            except OSError as error:
                self._say(f"cannot listen on {host} port {self._block_port or '(any)'}: {error}; others fetch by relay")
        return port

    def discard(self) -> None:
        """Let go of the blocks of a session that will not be taken up again."""
        store, self._store, self._last = self._store, None, None
        self._passes = Passes()
        if store is not None:
            store.remove()  # no thread: at a program's end Python 3.12 starts none any more

    async def _open_store(self, welcome: m.Welcome) -> BlockStore:
        """The store of the session that this one takes up, else a fresh one."""
        away = asyncio.get_running_loop().time() - self._lost_at
        if self._last is not None and (self._last.peer != welcome.peer or away > KEEP_SECONDS):
            self.discard()
        self._last = welcome
        if self._store is None:
            directory = await asyncio.to_thread(make_block_directory, self.memory, self._block_roots)
            self._store = BlockStore(directory, self.memory, overflow_of(directory))
        return self._store

    def _hello(self, socket: Socket, resumed: m.Welcome | None) -> m.Hello:
        return m.Hello(
            token=self._token,
            role="volunteer",
            protocol=PROTOCOL,
            version=tabswarm_version(),
            python=platform.python_version(),
            kind="native",
            socket=socket,
            name=self._name,
            slots=self.slots,
            memory=self.memory,
            resume=resumed.resume if resumed is not None else "",
            capabilities=(*self._neighbours.capabilities, *self._abilities()),
            host=self._neighbours.id,
            address=self._port.address,
            fingerprint=self._port.fingerprint,
        )

    def _abilities(self) -> tuple[str, ...]:
        if not self._is_remote or self._relay_only:
            return ()
        return network_capabilities() if self._webrtc else (TCP,)

    async def _work(self, session: Session[m.ToVolunteer]) -> None:
        store = await self._open_store(session.welcome)
        self.pool = pool = ProcessPool(self.slots, store.directory)
        outbox: asyncio.Queue[m.Message] = asyncio.Queue()
        if held := store.held():
            outbox.put_nowait(m.Announce(blocks=held))
        line = RelayLine(self._door, self._hello("relay", session.welcome), store.look_up, self._passes)
        moved = _Moved()
        me = session.welcome.peer
        routes = Routes(line.fetch)
        ice = session.welcome.ice_servers
        channels = WebRtcWay(me, outbox.put_nowait, store.look_up, self._passes, routes.adopt, ice)
        if session.welcome.relay_only:
            await self._port.close()
        else:
            routes.ways += [TcpWay(me, self._passes)] if TCP in self._abilities() else []
            routes.ways += [channels] if WEBRTC in self._abilities() else []
        sources = SourceFetcher(me, store, routes, self._neighbours, moved.add)
        await self._neighbours.open(me, store.place)
        self._port.lookup, self._port.passes = store.look_up, self._passes
        runner = TaskRunner(self.slots, pool, store, sources, outbox.put_nowait)
        copier = Copier(me, store, routes.fetch, self.memory, outbox.put_nowait, moved.add)
        ways = [
            asyncio.create_task(
                self._receive(session, runner, sources, routes, channels, store, copier), name="tabswarm orders"
            ),
            asyncio.create_task(_send(session, outbox), name="tabswarm reports"),
            asyncio.create_task(moved.tell(outbox), name="tabswarm bytes moved"),
            asyncio.create_task(line.keep(), name="tabswarm relay line"),
            asyncio.create_task(self._stopping.wait(), name="tabswarm stop"),
        ]
        farewell = asyncio.create_task(self._take_leave(outbox), name="tabswarm finish")
        try:
            pool.warm_up()
            self._greet(session.welcome)
            self.joined.set()
            done, _ = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            if not self._stopping.is_set():
                for way in done:
                    way.result()
        finally:
            if self._stopping.is_set():
                with contextlib.suppress(ConnectionLost, TimeoutError):
                    async with asyncio.timeout(1):
                        await session.send(m.Leaving(reason="stopped"))
            for way in [*ways, farewell]:
                way.cancel()
            await asyncio.gather(*ways, farewell, return_exceptions=True)
            await copier.close()
            await runner.close()
            await self._neighbours.close()
            await routes.close()
            await channels.close()
            await pool.close()
            await line.close()
            self.pool = None

    async def _take_leave(self, outbox: asyncio.Queue[m.Message]) -> None:
        """Once `finish` was called: say so. `MayLeave` is the answer."""
        await self._finishing.wait()
        outbox.put_nowait(m.Leaving(reason="finishing", drain=True))

    async def _receive(
        self,
        session: Session[m.ToVolunteer],
        runner: TaskRunner,
        sources: SourceFetcher,
        routes: Routes,
        channels: WebRtcWay,
        store: BlockStore,
        copier: Copier,
    ) -> None:
        warned = False
        while True:
            match await session.receive():
                case m.Assign() as assign:
                    runner.assign(assign)
                    if store.size > self.memory and not warned:
                        warned = True
                        held, budget = store.size / 2**20, self.memory / 2**20
                        further = f", with further ones in {store.disk}" if store.disk is not None else ""
                        self._say(
                            f"holding {held:,.0f} MiB of blocks, over the {budget:,.0f} MiB budget; going on{further}"
                        )
                case m.Code(application=application, blobs=blobs):
                    runner.learn_code(application, blobs)
                case m.Pass(application=application, secret=secret):
                    self._passes.learn(application, secret)
                case m.Holders() as holders:
                    routes.meet(holders)
                case m.Signal() as signal if channels in routes.ways:
                    channels.take(signal)
                case m.Visitors() as visitors:
                    await self._port.admit(visitors)
                case m.MapOutputs() as entries:
                    sources.learn(entries)
                case m.CancelTask(task=task, attempt=attempt):
                    runner.cancel(task, attempt)
                case m.DropBlocks(blocks=blocks):
                    runner.drop(blocks)
                case m.CopyBlocks() as order:
                    copier.order(order)
                case m.MayLeave(left_behind=left_behind):
                    if left_behind:
                        self._say(f"nobody could take over {left_behind} blocks; others compute them again if needed")
                    self.stop()
                case m.EndApplication(application=application):
                    runner.end_application(application)
                    self._passes.forget(application)
                case m.Refused(code=code, reason=reason):
                    raise ConnectionRefused(f"the coordinator refused this worker: {reason or code}")
                case _:
                    pass  # what a tab shows its person

    def _greet(self, welcome: m.Welcome) -> None:
        title = f" ({welcome.title})" if welcome.title else ""
        self._say(f"joined swarm {welcome.swarm}{title} as {welcome.peer} with {self.slots} slots")
        self._say(
            "this worker is no sandbox: it runs the code of whoever holds the swarm's driver link, with your rights"
        )


async def _send(session: Session[m.ToVolunteer], outbox: asyncio.Queue[m.Message]) -> None:
    while True:
        await session.send(await outbox.get())


class _Moved:
    """The bytes fetched since they were last told, by application."""

    def __init__(self) -> None:
        self._relayed: Counter[str] = Counter()
        self._direct: Counter[str] = Counter()

    def add(self, application: str, size: int, direct: bool) -> None:
        (self._direct if direct else self._relayed)[application] += size

    async def tell(self, outbox: asyncio.Queue[m.Message]) -> None:
        while True:
            await asyncio.sleep(MOVED_SECONDS)
            for application in self._relayed.keys() | self._direct.keys():
                relayed, direct = self._relayed[application], self._direct[application]
                outbox.put_nowait(m.BytesMoved(application=application, relayed=relayed, direct=direct))
            self._relayed.clear()
            self._direct.clear()
