"""Whether peers of a swarm may go straight to one another, and by whose help.

Direct ways show peers each other's network addresses. In a swarm that is *relay only* nobody is told how another one
may be reached, and no signal is passed on. Else browsers find each other by the addresses that they know themselves;
those in different networks need a STUN server, or a TURN server that carries what cannot go direct. None is a default:
it would learn who computes with whom.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

import msgspec

from tabswarm.errors import TabswarmError
from tabswarm.wire.messages import IceServer

_FORM = re.compile(
    r"(?P<scheme>stuns?|turns?):(?:(?P<user>[^:@/?]+):(?P<credential>[^@/?]+)@)?"
    r"(?P<place>(?:\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::[0-9]{1,5})?)(?P<query>\?transport=(?:udp|tcp))?"
)


class BadIceServer(TabswarmError):
    """The text names no STUN or TURN server; the message shows what one looks like, and repeats no credential."""


class DirectWays(msgspec.Struct, frozen=True, kw_only=True):
    """What a swarm's peers are told when they join."""

    ice_servers: tuple[IceServer, ...] = ()
    relay_only: bool = False


def ice_server(text: str) -> IceServer:
    """A server as it is written in a setting; user and credential of TURN stand before an `@`, percent-encoded where
    they have a `:`, `@`, `/` or `?`. Raises BadIceServer.

    >>> ice_server("stun:stun.example.org:3478")
    IceServer(url='stun:stun.example.org:3478', username='', credential='')
    >>> ice_server("turns:ada:s%40cret@turn.example.org?transport=tcp")
    IceServer(url='turns:turn.example.org?transport=tcp', username='ada', credential='s@cret')
    """
    found = _FORM.fullmatch(text.strip())
    if found is None:
        raise BadIceServer(
            "an --ice-server is like stun:HOST:PORT or turn:USER:CREDENTIAL@HOST:PORT?transport=udp "
            f"(or stuns:, turns:); this one begins with {text.partition(':')[0][:10]!r}"
        )
    turn = found["scheme"].startswith("turn")
    if turn != (found["user"] is not None):
        raise BadIceServer(
            "a turn: server wants USER:CREDENTIAL@ before its host" if turn else "a stun: server has no user"
        )
    if found["query"] and not turn:
        raise BadIceServer("a stun: server has no ?transport=")
    url = f"{found['scheme']}:{found['place']}{found['query'] or ''}"
    return IceServer(url, unquote(found["user"] or ""), unquote(found["credential"] or ""))
