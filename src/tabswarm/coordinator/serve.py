"""A coordinator behind a port: starlette and uvicorn round it, its links ready to be shared.

server = await serve(port=0)
print(server.invite_link)
...
await server.close()
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import socket
import ssl
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import TracebackType

import structlog
import uvicorn

from tabswarm.coordinator.app import make_app
from tabswarm.coordinator.bounds import Bounds
from tabswarm.coordinator.coordinator import Coordinator, Notice
from tabswarm.coordinator.http import NarrowHttp
from tabswarm.coordinator.scheduler_needs import SchedulerCore
from tabswarm.coordinator.settings import CannotServe, Settings
from tabswarm.coordinator.websocket import NarrowWebSocket
from tabswarm.wire.messages import MESSAGE_LIMIT


class RunningServer:
    """A coordinator with its first swarm; `url` is public, the links are secrets of different strength."""

    def __init__(self, coordinator: Coordinator, swarm: str, origin: str, server: _Server, task: asyncio.Task[None]):
        self.coordinator = coordinator
        self.swarm = swarm
        self.url = origin
        self.driver_link = coordinator.driver_link(swarm)
        self.invite_link = coordinator.swarm(swarm).invites.link
        self.operator_link = coordinator.operator_link()
        self._server = server
        self._task = task

    async def close(self) -> None:
        """Say goodbye to all peers and stop listening."""
        await self.coordinator.close()
        self._server.should_exit = True
        await asyncio.wait([self._task])

    async def __aenter__(self) -> RunningServer:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


class _Server(uvicorn.Server):
    """uvicorn's server, without its hands on the process's signals, and saying when it is ready."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


async def serve(
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    public_url: str | None = None,
    tls_cert: Path | None = None,
    tls_key: Path | None = None,
    allow_plain_http: bool = False,
    title: str = "",
    ice_servers: Sequence[str] = (),
    relay_only: bool = False,
    bounds: Bounds | None = None,
    folder: Path | None = None,
    make_scheduler: Callable[[], SchedulerCore] | None = None,
    notice: Notice | None = None,
) -> RunningServer:
    """Start a coordinator with one swarm, and return once it listens.

    `port` 0 takes a free one. Beyond loopback it wants TLS, TLS in front, or `allow_plain_http`. Raises CannotServe.
    """
    settings = Settings(
        host=host,
        port=port,
        public_url=public_url,
        tls_cert=tls_cert,
        tls_key=tls_key,
        allow_plain_http=allow_plain_http,
        title=title,
        ice_servers=tuple(ice_servers),
        relay_only=relay_only,
    )
    settings.check()
    listening = _listen(settings)
    origins = settings.origins(listening.getsockname()[1])
    coordinator = Coordinator(
        make_scheduler or _scheduler(),
        bounds=bounds,
        notice=notice or log_notice(),
        ways=settings.direct_ways(),
        origin=origins[0],
    )
    try:
        server = _Server(_config(settings, coordinator, origins, folder))
        task = asyncio.create_task(server.serve([listening]), name="tabswarm server")
        ready = asyncio.create_task(server.ready.wait())
        await asyncio.wait([task, ready], return_when=asyncio.FIRST_COMPLETED)
        ready.cancel()
        if task.done():
            task.result()
            raise CannotServe("the server ended while it started")
    except BaseException:
        listening.close()
        await coordinator.close()
        raise
    return RunningServer(coordinator, coordinator.create_swarm(title), origins[0], server, task)


def _scheduler() -> Callable[[], SchedulerCore]:
    from tabswarm.scheduler.scheduler import Scheduler

    return Scheduler


def _config(
    settings: Settings, coordinator: Coordinator, origins: tuple[str, ...], folder: Path | None
) -> uvicorn.Config:
    config = uvicorn.Config(
        make_app(coordinator, origins, folder=folder),
        http=NarrowHttp,
        ws=NarrowWebSocket,
        ws_max_size=MESSAGE_LIMIT,
        ws_ping_interval=None,
        ws_per_message_deflate=False,
        lifespan="off",
        access_log=False,
        log_config=None,
        log_level="critical",
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=3,
        ssl_certfile=settings.tls_cert,
        ssl_keyfile=settings.tls_key,
    )
    try:
        config.load()
    except (OSError, ssl.SSLError) as error:
        raise CannotServe(f"the certificate {settings.tls_cert} with its key cannot be used: {error}") from None
    return config


def _listen(settings: Settings) -> socket.socket:
    """A socket that listens where the settings say. Raises CannotServe."""
    where = f"port {settings.port} of {settings.host or 'every address'}"
    try:
        found = socket.getaddrinfo(
            settings.host or None, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
    except OSError as error:
        raise CannotServe(f"{settings.host!r} is no address of this machine: {error.strerror}") from None
    family, kind, protocol, _, address = found[0]
    listening = socket.socket(family, kind, protocol)
    try:
        if os.name == "posix":
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(1024)
        listening.setblocking(False)
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            raise CannotServe(f"{where} is in use: choose another by --port (0 takes a free one)") from None
        raise CannotServe(f"cannot listen on {where}: {error.strerror}") from None
    return listening


def log_notice() -> Notice:
    """Notices as lines on stderr: failures always, the rest where TABSWARM_LOG=info. No token is ever among them."""
    wanted = os.environ.get("TABSWARM_LOG", "") == "info"
    log = structlog.wrap_logger(
        structlog.PrintLogger(sys.stderr),
        processors=[
            structlog.processors.TimeStamper("iso"),
            structlog.processors.format_exc_info,
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "event"]),
        ],
    )

    def notice(event: str, **facts: object) -> None:
        error = facts.get("error")
        if isinstance(error, BaseException):
            log.error(event, exc_info=error, **facts)
        elif wanted:
            log.info(event, **facts)

    return notice
