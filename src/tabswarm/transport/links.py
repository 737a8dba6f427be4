"""Invite and driver links: an address with its token behind the `#`, where no log and no Referer ever sees it.

https://swarm.example:8443/join#TOKEN      invites volunteers
https://swarm.example:8443/console#TOKEN   lets a driver in; secret
https://swarm.example:8443/operator#TOKEN  lets the operator in, in a browser only; secret
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import Literal
from urllib.parse import urlsplit

import msgspec

from tabswarm.errors import BadLink

Page = Literal["join", "console", "operator"]
_PAGES: dict[str, Page] = {"join": "join", "console": "console"}
_ROLES: dict[str, str] = {"join": "volunteer", "console": "driver", "operator": "operator"}
_TOKEN_LENGTH = range(16, 129)
_TOKEN_LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


class Link(msgspec.Struct, frozen=True):
    """A link taken apart. Its `repr` leaves the token out.

    >>> link = Link("http://127.0.0.1:8700", "join", "0123456789abcdef")
    >>> str(link), link.role, link.socket_url("control")
    ('http://127.0.0.1:8700/join#0123456789abcdef', 'volunteer', 'ws://127.0.0.1:8700/socket')
    """

    origin: str
    page: Page
    token: str

    @property
    def role(self) -> str:
        """`volunteer` for an invite link, `driver` for a driver link, `operator` for an operator's."""
        return _ROLES[self.page]

    def socket_url(self, socket: str) -> str:
        """The address of the control or of the relay socket (without the token)."""
        return "ws" + self.origin.removeprefix("http") + ("/socket" if socket == "control" else "/relay")

    @property
    def is_loopback(self) -> bool:
        """Whether it leads to this very machine."""
        return is_loopback(urlsplit(self.origin).hostname or "")

    def __str__(self) -> str:
        return f"{self.origin}/{self.page}#{self.token}"

    def __repr__(self) -> str:
        return f"Link({self.origin}/{self.page}#...)"


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine's own.

    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("192.168.1.5")
    (True, True, False)
    """
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def parse_link(text: str, *, role: str = "") -> Link:
    """Take a link apart; `role` (`volunteer` or `driver`) is the one it must be for, if given.

    Raises BadLink, which says in plain words what is wrong and never repeats the token.
    """
    text = text.strip()
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise BadLink(f"this is no link of a swarm: {error}") from None
    if parts.query or parts.username or parts.password:
        raise BadLink("this is no link of a swarm: it has a query or a user name in it")
    shown = text.partition("#")[0][:200]
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise BadLink(f"{shown!r} is no link of a swarm; one looks like https://HOST:PORT/join#TOKEN")
    if parts.path.strip("/") == "operator":
        raise BadLink(
            f"{shown!r} is an operator link: it opens in a browser only, and makes swarms with links of their own"
        )
    page = _PAGES.get(parts.path.strip("/"))
    if page is None:
        raise BadLink(f"{shown!r} is no link of a swarm: its path is neither /join nor /console")
    if not parts.fragment:
        raise BadLink(f"{shown!r} lacks its token: copy the whole link, with what stands behind the #")
    if len(parts.fragment) not in _TOKEN_LENGTH or not _TOKEN_LETTERS.issuperset(parts.fragment):
        raise BadLink(f"what stands behind the # of {shown!r} is no token: was the link cut off?")
    if role and _ROLES[page] != role:
        has, needs = ("an invite link", "a driver link") if page == "join" else ("a driver link", "an invite link")
        raise BadLink(f"{shown!r} is {has}, and this needs {needs}")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return Link(f"{parts.scheme}://{host}{'' if port is None else f':{port}'}", page, parts.fragment)
