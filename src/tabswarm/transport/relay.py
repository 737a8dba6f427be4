"""The client's side of the relay socket: fetch blocks through the coordinator, and serve one's own."""

from __future__ import annotations

from tabswarm.transport.connection import Connection
from tabswarm.transport.exchange import Exchange, Fetch, FetchBroken, FetchedBlock, Lookup, Served
from tabswarm.transport.passes import Passes
from tabswarm.transport.session import SILENCE, say_hello
from tabswarm.wire.messages import Hello

__all__ = ["Fetch", "FetchBroken", "FetchedBlock", "Lookup", "Relay", "Served", "open_relay"]


class Relay(Exchange):
    """An open relay socket; `open_relay` makes one."""


async def open_relay(
    connection: Connection,
    hello: Hello,
    lookup: Lookup | None = None,
    *,
    passes: Passes | None = None,
    silence: float = SILENCE,
) -> Relay:
    """Say hello on a relay socket (`hello.socket` is `relay`, `hello.resume` the session's secret) and open it.

    Raises one of ConnectionRefused's kinds.
    """
    await say_hello(connection, hello, silence)
    return Relay(connection, lookup, passes=passes)
