"""Where a coordinator listens, and under which names it is reached: checked before anything starts.

On loopback plain http is fine. Beyond it the links' tokens would travel in the clear, so that needs TLS here, TLS in
front (`public_url` of https) or the word of whoever starts it.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from tabswarm.coordinator.direct_ways import BadIceServer, DirectWays, ice_server
from tabswarm.errors import TabswarmError
from tabswarm.transport.links import is_loopback

_ANY = ("", "0.0.0.0", "::")


class CannotServe(TabswarmError):
    """The coordinator cannot start as it was told to; the message says what to change."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """As `serve` takes them."""

    host: str = "127.0.0.1"
    port: int = 0
    public_url: str | None = None
    tls_cert: Path | None = None
    tls_key: Path | None = None
    allow_plain_http: bool = False
    title: str = ""
    ice_servers: tuple[str, ...] = ()
    relay_only: bool = False

    @property
    def scheme(self) -> str:
        return "https" if self.tls_cert is not None else "http"

    def check(self) -> None:
        """Raises CannotServe."""
        if (self.tls_cert is None) != (self.tls_key is None):
            raise CannotServe("a certificate and its key belong together: give both or neither")
        if not 0 <= self.port <= 65535:
            raise CannotServe(f"{self.port} is no port: 0 to 65535 (0 takes a free one)")
        self.direct_ways()
        public = self._public_origin()
        if not is_loopback(self.host):
            safe = self.tls_cert is not None or (public or "").startswith("https://") or self.allow_plain_http
            if not safe:
                raise CannotServe(
                    f"{self.host or 'every address'} is reached from beyond this machine, where tokens and data would"
                    " travel in the clear: give --tls-cert and --tls-key, a --public-url of https where TLS ends in"
                    " front of this server, or --allow-plain-http"
                )
            if self.host in _ANY and public is None:
                raise CannotServe(
                    "with every address listened on, say by which one others reach it: --public-url"
                    f" {self.scheme}://NAME:PORT (or --host ADDRESS)"
                )

    def direct_ways(self) -> DirectWays:
        """What peers are told of reaching each other. Raises CannotServe."""
        try:
            servers = tuple(ice_server(text) for text in self.ice_servers)
        except BadIceServer as bad:
            raise CannotServe(str(bad)) from None
        if servers and self.relay_only:
            raise CannotServe("--ice-server helps peers to reach each other, which --relay-only forbids: give one")
        return DirectWays(ice_servers=servers, relay_only=self.relay_only)

    def _public_origin(self) -> str | None:
        if self.public_url is None:
            return None
        try:
            parts = urlsplit(self.public_url)
            port = parts.port
        except ValueError as error:
            raise CannotServe(f"--public-url {self.public_url[:200]!r}: {error}") from None
        bad = parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query
        if bad or parts.fragment or parts.path.strip("/"):
            raise CannotServe(
                f"--public-url {self.public_url[:200]!r} is not like https://swarm.example.org or http://HOST:PORT"
            )
        host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
        default = {"http": 80, "https": 443}[parts.scheme]
        return f"{parts.scheme}://{host}" + ("" if port in (None, default) else f":{port}")

    def origins(self, port: int) -> tuple[str, ...]:
        """The origins under which it is reached when it listens on `port`; the first one goes into the links."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        default = {"http": 80, "https": 443}[self.scheme]
        tail = "" if port == default else f":{port}"
        found = []
        if (public := self._public_origin()) is not None:
            found.append(public)
        if self.host not in _ANY:
            found.append(f"{self.scheme}://{host.lower()}{tail}")
        if is_loopback(self.host) or self.host in _ANY:
            found += [f"{self.scheme}://{name}{tail}" for name in ("127.0.0.1", "localhost", "[::1]")]
        return tuple(dict.fromkeys(found))
