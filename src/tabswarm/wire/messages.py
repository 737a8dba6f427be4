"""All control messages, as tagged Structs by direction: the one definition, from which the TypeScript types are
generated.

Every peer opens a WebSocket to the coordinator and says `Hello` first, within 5 s and 1 KiB (the token stands in it,
never in the address). Then msgpack messages go both ways, one a WebSocket message. Blocks never travel here, but for
results of at most 16 KiB; they have frames of their own (`wire/blocks.py`). What only some roles say stands in
files of their own beside this one (`driver_messages.py`, `volunteer_messages.py` ...); everybody takes it from here.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from tabswarm.plan.location import Holder

# isort: off
from tabswarm.wire.console_messages import (
    Cell as Cell,
    CellsSaved as CellsSaved,
    Notebook as Notebook,
    SaveCells as SaveCells,
)
from tabswarm.wire.driver_messages import (
    Accepted as Accepted,
    CancelJob as CancelJob,
    Fetched as Fetched,
    JobDone as JobDone,
    JobFailed as JobFailed,
    Jobs as Jobs,
    ListJobs as ListJobs,
    Progress as Progress,
    Release as Release,
    ResultMissing as ResultMissing,
    ResultsReady as ResultsReady,
    StopApplication as StopApplication,
    Submit as Submit,
    TaskOutput as TaskOutput,
    Unpersist as Unpersist,
    Updates as Updates,
    Volunteers as Volunteers,
    Watch as Watch,
    Watched as Watched,
)
from tabswarm.wire.invitation_messages import (
    About as About,
    CodeLine as CodeLine,
    Invitation as Invitation,
    Purpose as Purpose,
    RevokeInvite as RevokeInvite,
    RotateInvite as RotateInvite,
    SetInvitation as SetInvitation,
)
from tabswarm.wire.message import Message as Message
from tabswarm.wire.observation_messages import (
    Observation as Observation,
    Observe as Observe,
    Unobserve as Unobserve,
)
from tabswarm.wire.operator_messages import (
    NewSwarm as NewSwarm,
    SwarmMade as SwarmMade,
    SwarmReport as SwarmReport,
    Swarms as Swarms,
)
from tabswarm.wire.volunteer_messages import (
    Announce as Announce,
    Assign as Assign,
    BlocksLost as BlocksLost,
    BytesMoved as BytesMoved,
    CancelTask as CancelTask,
    Capabilities as Capabilities,
    Code as Code,
    Copied as Copied,
    CopyBlocks as CopyBlocks,
    DropBlocks as DropBlocks,
    EndApplication as EndApplication,
    Failed as Failed,
    FetchFailed as FetchFailed,
    Finished as Finished,
    JobInfo as JobInfo,
    Leaving as Leaving,
    MapOutputs as MapOutputs,
    MayLeave as MayLeave,
    Output as Output,
    Resources as Resources,
    Started as Started,
    Visitor as Visitor,
    Visitors as Visitors,
)

# isort: on

HELLO_LIMIT = 1024
MESSAGE_LIMIT = 32 * 2**20
"""The largest control message: a plan with its code, or a table of map outputs."""
INLINE_LIMIT = 16 * 1024
"""Bytes of a block that may travel inside a message."""
OUTPUT_LIMIT = 256 * 1024
"""Bytes of printed output that one attempt at a task may send; the rest is counted and dropped."""
SIGNAL_LIMIT = 16 * 1024
"""Characters of one `Signal`'s data."""


# --- anyone to the coordinator, first -------------------------------------------------------------------------------


class Hello(Message, frozen=True):
    """Who I am. `role` is `volunteer`, `driver` or `operator`; `kind` is `tab`, `native`, `library`, `console`, `cli`
    or `operator`.

    `resume` is the secret of an earlier session of this peer, which takes up where that one broke off. `socket` is
    `control`, or `relay` for the second socket, which then names the peer's session by its `resume` secret.

    How others may reach me besides the relay: `capabilities` are words (`webrtc`, `tcp`, `files`), `host` is a random
    id of the machine, its boot and user (the same for all processes of one host), `address` is `HOST:PORT` of a TLS
    port for blocks, and `fingerprint` the sha256 of its certificate.

    A driver that names an `application` of its swarm takes over from the session that has it now, or with `watch` looks
    on only: it may watch the application's jobs and stop them, and takes nothing from the program that runs them.
    A console names `notebook` (`wire/console_messages.py`).
    """

    token: str
    role: str
    protocol: int
    version: str
    python: str
    kind: str
    socket: str = "control"
    name: str = ""
    slots: int = 0
    memory: int = 0
    resume: str = ""
    application: str = ""
    watch: bool = False
    capabilities: tuple[str, ...] = ()
    host: str = ""
    address: str = ""
    fingerprint: str = ""


# --- peers that hold blocks, and the way to them ---------------------------------------------------------------------


class SignalKind(StrEnum):
    """What a `Signal` is: W3C's words, and the end of an attempt."""

    OFFER = "offer"
    ANSWER = "answer"
    CANDIDATE = "candidate"
    END = "end"


class Signal(Message, frozen=True):
    """Signalling between two peers, forwarded by the coordinator with `peer` (to whom) replaced by the sender.

    `data` is JSON: of an `offer` and an `answer` `{"attempt", "sdp"}`, of a `candidate` `{"attempt", "candidate"}`, of
    an `end` `{"attempt"}`; the peer that offers makes up the attempt's name. An `end` without data comes from the
    coordinator: it did not forward the offer.
    """

    peer: str
    kind: SignalKind
    data: str = ""


class Holders(Message, frozen=True):
    """About peers that are going to be named as holders; told before each is first named, and again when it has
    changed."""

    holders: tuple[Holder, ...]


class Pass(Message, frozen=True):
    """What opens the blocks of an application that you work for: show `secret` to their holders, and serve your own of
    that application to nobody who does not show it."""

    application: str
    secret: str


# --- the coordinator to anyone --------------------------------------------------------------------------------------


class IceServer(msgspec.Struct, frozen=True, array_like=True):
    """A STUN or TURN server by which peers in different networks may find each other; the latter with its user."""

    url: str
    username: str = ""
    credential: str = ""


class Welcome(Message, frozen=True):
    """You are `peer`. `resume` is the secret that proves it when the session has to be taken up again, and on the
    relay socket. `heard` counts the messages, pings apart, that were taken from you as a driver in all sessions of that
    secret: what came after them is to be said again.

    `title` and `message` are what the swarm is for, in its driver's words. In a swarm that is `relay_only` nobody goes
    straight to another peer; else `ice_servers` help to find a way."""

    peer: str
    resume: str
    swarm: str
    title: str = ""
    message: str = ""
    application: str = ""
    version: str = ""
    heard: int = 0
    ice_servers: tuple[IceServer, ...] = ()
    relay_only: bool = False


class Refused(Message, frozen=True):
    """What you asked for cannot be: `code` for programs (a word of `CloseCode`'s or an error's class name),
    `reason` for people."""

    code: str
    reason: str
    request: int = 0


class Ping(Message, frozen=True):
    """Are you there? A peer that answers no ping for 10 s is taken for gone."""

    number: int


class Pong(Message, frozen=True):
    """I am."""

    number: int


# fmt: off
# One line a few messages: as a column each they would be longer than what they list.
FromVolunteer = (
    Pong | Ping | Signal | Started | Finished | Failed | FetchFailed | Output | Resources | Capabilities | BlocksLost
    | Copied | Announce | BytesMoved | Leaving
)
ToVolunteer = (
    Welcome | Refused | Ping | Pong | Pass | Holders | Visitors | Signal | Code | MapOutputs | Assign | CancelTask
    | DropBlocks | CopyBlocks | MayLeave | EndApplication | JobInfo | Purpose | About
)
FromDriver = (
    Pong | Ping | Signal | Submit | Watch | CancelJob | Fetched | ResultMissing | Release | Unpersist | ListJobs
    | StopApplication | BytesMoved | Observe | Unobserve | SaveCells | SetInvitation | RotateInvite | RevokeInvite
)
ToDriver = (
    Welcome | Refused | Ping | Pong | Pass | Holders | Signal | Accepted | Watched | Progress | Updates | ResultsReady
    | JobDone | JobFailed | TaskOutput | Jobs | Volunteers | MayLeave | Observation | Notebook
    | CellsSaved | Invitation
)
FromOperator = Pong | Ping | NewSwarm
ToOperator = Welcome | Refused | Ping | Pong | SwarmMade | Swarms
# fmt: on
"""Each direction's messages; a type that is not in the union of its direction and role is refused."""
