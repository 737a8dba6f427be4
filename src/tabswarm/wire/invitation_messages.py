"""What a swarm is for, who may join it, and what volunteers are told before they do; see `wire/messages.py`."""

from __future__ import annotations

import msgspec

from tabswarm.wire.message import Message

TITLE_LIMIT = 120
INVITATION_LIMIT = 2_000
"""Characters of a swarm's title, and of its message to volunteers."""

# --- a driver to the coordinator ------------------------------------------------------------------------------------


class SetInvitation(Message, frozen=True):
    """Tell volunteers this of what the swarm is for: a title, and a message of some lines. Answered by `Invitation`."""

    title: str
    message: str = ""


class RotateInvite(Message, frozen=True):
    """Make a fresh invite link. The one before it lets nobody new in; who came by it stays. Answered by
    `Invitation`."""


class RevokeInvite(Message, frozen=True):
    """Close the invite link, and all before it: who came by one of them has to leave at once. There is none until
    `RotateInvite` makes another. Answered by `Invitation`."""


# --- the coordinator to all drivers of the swarm --------------------------------------------------------------------


class Invitation(Message, frozen=True):
    """How volunteers are invited now, told after the Welcome and when it changes. `link` is empty after a revocation
    (and in a swarm without an address)."""

    link: str
    title: str
    message: str = ""


# --- the coordinator to a volunteer ---------------------------------------------------------------------------------


class Purpose(Message, frozen=True):
    """What the swarm is for has changed: its title and message, which the Welcome told first."""

    title: str
    message: str = ""


class CodeLine(msgspec.Struct, frozen=True, array_like=True):
    """One step of a job that runs a function of the program's: its name, as `flatMap`; the line that asks for it,
    `job.py:12`; and the text there, maybe of several lines, maybe cut."""

    name: str
    call_site: str
    source: str = ""


class About(Message, frozen=True):
    """What the swarm computes, for people who have not started yet: the running job that began last, or (`running` is
    false) the one before. Told after the Welcome and when it changes, every 2 s at most; without a `job` nothing was
    computed yet.

    `tasks` are left to do, `source_bytes` is what its sources have as far as is known, `more_code` counts steps
    beyond those in `code`.
    """

    application: str = ""
    name: str = ""
    job: str = ""
    action: str = ""
    call_site: str = ""
    running: bool = False
    code: tuple[CodeLine, ...] = ()
    more_code: int = 0
    tasks: int = 0
    source_bytes: int = 0
