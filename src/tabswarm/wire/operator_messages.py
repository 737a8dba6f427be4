"""What an operator and the coordinator say to each other; see `wire/messages.py`, which has all messages.

An operator runs the coordinator. The operator's link makes new swarms and sees how many work in each; it looks into
none of them, and opens none.
"""

from __future__ import annotations

import msgspec

from tabswarm.wire.message import Message


class NewSwarm(Message, frozen=True):
    """Make a swarm of that title. Answered by `SwarmMade` or `Refused`."""

    request: int
    title: str


class SwarmMade(Message, frozen=True):
    """A fresh swarm, which shares nothing with any other. Both links are told here and never again."""

    request: int
    swarm: str
    driver_link: str
    invite_link: str


class SwarmReport(msgspec.Struct, frozen=True, kw_only=True):
    """One swarm as its operator sees it. `jobs` run now, `finished` are over."""

    id: str
    title: str
    volunteers: int
    slots: int
    drivers: int
    jobs: int
    finished: int


class Swarms(Message, frozen=True):
    """All swarms, told after the Welcome and when that changes, once a second at most."""

    swarms: tuple[SwarmReport, ...]
