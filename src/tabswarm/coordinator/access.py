"""Host and Origin, looked at before any route: what keeps other web pages out of a coordinator on this very machine.

Host is exactly one of ours (else a name that an attacker points here would do: DNS rebinding). Origin, where present,
is exactly that host's (else any page that the user visits could open our sockets). `null` is refused but for the
runtime's files, which the sealed frame loads and anybody may read. Native clients send no Origin: the token decides.
The User-Agent is never looked at.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tabswarm.coordinator.csp import NOTHING

_DEFAULT_PORTS = {"http": 80, "https": 443}
_KEY = "tabswarm.origin"


def hosts_of(origins: tuple[str, ...]) -> dict[str, str]:
    """The Host headers that lead to these origins, each with its origin.

    >>> hosts_of(("https://swarm.example", "http://127.0.0.1:8700"))
    {'swarm.example': 'https://swarm.example', 'swarm.example:443': 'https://swarm.example', \
'127.0.0.1:8700': 'http://127.0.0.1:8700'}
    """
    hosts = {}
    for origin in origins:
        parts = urlsplit(origin)
        hosts[parts.netloc.lower()] = origin
        if parts.port is None:
            hosts[f"{parts.netloc.lower()}:{_DEFAULT_PORTS[parts.scheme]}"] = origin
    return hosts


def own_origin(scope: Scope) -> str:
    """The origin by which this request reached us (one of ours)."""
    origin: str = scope[_KEY]
    return origin


class AccessGuard:
    """An ASGI application round another one; `hosts` as `hosts_of` gives them, `runtime` the path of public files."""

    def __init__(self, app: ASGIApp, hosts: Mapping[str, str], runtime: str) -> None:
        self._app = app
        self._hosts = hosts
        self._runtime = runtime

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        wrong = self._wrong(scope)
        if wrong is not None:
            await _refuse(wrong, scope, receive, send)
            return
        await self._app(scope, receive, _with_headers(send))

    def _wrong(self, scope: Scope) -> PlainTextResponse | None:
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        origin = self._hosts.get(hosts[0].decode("latin-1").lower()) if len(hosts) == 1 else None
        if origin is None:
            return PlainTextResponse("This coordinator has another name (--public-url).\n", 421)
        scope[_KEY] = origin
        origins = [value.decode("latin-1") for name, value in scope["headers"] if name == b"origin"]
        public = scope["type"] == "http" and str(scope["path"]).startswith(self._runtime)
        if origins and origins != [origin] and not public:
            return PlainTextResponse("Requests of other sites' pages are refused.\n", 403)
        if scope["type"] == "http" and _has_body(scope):
            return PlainTextResponse("No request here has a body.\n", 413, headers={"Connection": "close"})
        return None


def _has_body(scope: Scope) -> bool:
    return any(
        name == b"transfer-encoding" or (name == b"content-length" and value.strip() != b"0")
        for name, value in scope["headers"]
    )


async def _refuse(response: PlainTextResponse, scope: Scope, receive: Receive, send: Send) -> None:
    # Before a WebSocket is accepted, an answer over HTTP refuses it (starlette sends it so).
    await response(scope, receive, _with_headers(send))


def _with_headers(send: Send) -> Send:
    """The headers that every answer carries."""

    async def wrapped(message: Message) -> None:
        if message["type"] in ("http.response.start", "websocket.http.response.start"):
            headers = MutableHeaders(scope=message)
            headers["Referrer-Policy"] = "no-referrer"
            headers["X-Content-Type-Options"] = "nosniff"
            headers.setdefault("X-Frame-Options", "SAMEORIGIN")
            headers.setdefault("Content-Security-Policy", NOTHING)
            headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
            headers.setdefault("Cache-Control", "no-store")
        await send(message)

    return wrapped
