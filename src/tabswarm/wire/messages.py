"""All control messages, as tagged Structs by direction: the one definition, from which the TypeScript types are
generated.

Every peer opens a WebSocket to the coordinator and says `Hello` first, within 5 s and 1 KiB (the token stands in it,
never in the address). Then msgpack messages go both ways, one a WebSocket message. Blocks never travel here, but for
results of at most 16 KiB; they have frames of their own (`wire/blocks.py`). Drivers' messages stand in
`wire/driver_messages.py`; everybody takes them from here.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from tabswarm.ids import BlockId
from tabswarm.plan.location import Held, Holder, Location, MapOutput
from tabswarm.plan.task import Failure, Run, SinkReport, TaskSpec, Update

# isort: off
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
from tabswarm.wire.message import Message as Message
from tabswarm.wire.observation_messages import (
    Observation as Observation,
    Observe as Observe,
    Unobserve as Unobserve,
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
    """Who I am. `role` is `volunteer`, `driver` or `operator`; `kind` is `tab`, `native`, `library`, `console` or
    `cli`.

    `resume` is the secret of an earlier session of this peer, which takes up where that one broke off. `socket` is
    `control`, or `relay` for the second socket, which then names the peer's session by its `resume` secret.

    How others may reach me besides the relay: `capabilities` are words (`webrtc`, `tcp`, `files`), `host` is a random
    id of the machine, its boot and user (the same for all processes of one host), `address` is `HOST:PORT` of a TLS
    port for blocks, and `fingerprint` the sha256 of its certificate.

    A driver that names an `application` of its swarm takes over from the session that has it now, or with `watch` looks
    on only: it may watch the application's jobs and stop them, and takes nothing from the program that runs them.
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

    In a swarm that is `relay_only` nobody goes straight to another peer; else `ice_servers` help to find a way."""

    peer: str
    resume: str
    swarm: str
    title: str = ""
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


# --- the coordinator to a volunteer ---------------------------------------------------------------------------------


class Visitor(msgspec.Struct, frozen=True, array_like=True):
    """A peer that may ask at your block port with this ticket; without one, it may no more."""

    peer: str
    ticket: str


class Visitors(Message, frozen=True):
    """Who may come to your block port, told before they are told where it is, and again when they may no more."""

    visitors: tuple[Visitor, ...]


class Code(Message, frozen=True):
    """Code blobs by hash, each sent once a session and application, before the first task that needs it."""

    application: str
    blobs: dict[str, bytes]


class MapOutputs(Message, frozen=True):
    """Entries of a shuffle's table of map outputs that you do not have yet."""

    application: str
    shuffle: int
    entries: tuple[MapOutput, ...]


class Assign(Message, frozen=True):
    """Run this task. Fetch the blocks at `locations` (and the shuffle's segments) first; `code` are the blobs it
    needs."""

    spec: TaskSpec
    code: tuple[str, ...]
    locations: tuple[Location, ...]
    time_limit: int = 0


class CancelTask(Message, frozen=True):
    """Stop this attempt and forget it; do not report."""

    task: int
    attempt: int


class DropBlocks(Message, frozen=True):
    """Nobody needs these blocks any more."""

    blocks: tuple[BlockId, ...]


class CopyBlocks(Message, frozen=True):
    """Fetch these blocks and keep them, as one more holder; answer with `Copied`, whatever came of it."""

    locations: tuple[Location, ...]


class MayLeave(Message, frozen=True):
    """You asked to finish and stop: your tasks are done, and nobody needs you for your blocks any more. `left_behind`
    counts those that nobody could take over in time; they are computed again where somebody needs them."""

    left_behind: int = 0


class EndApplication(Message, frozen=True):
    """The application is over: end its workers, drop its blocks and code."""

    application: str


class JobInfo(Message, frozen=True):
    """What a volunteer shows its person about the application that its tasks belong to."""

    application: str
    name: str
    job: str
    action: str


# --- a volunteer to the coordinator ---------------------------------------------------------------------------------


class Started(Message, frozen=True):
    """All sources of the task are here, and it runs: from now on the loss of a source does not matter to it."""

    task: int
    attempt: int


class Finished(Message, frozen=True):
    """The task is done and these blocks are in my store. `seconds` is the time from `Started`,
    `updates` what it added to accumulators."""

    task: int
    attempt: int
    sinks: tuple[SinkReport, ...]
    runs: tuple[Run, ...]
    seconds: float
    updates: tuple[Update, ...] = ()


class Failed(Message, frozen=True):
    """The attempt failed."""

    task: int
    attempt: int
    failure: Failure


class FetchFailed(Message, frozen=True):
    """A source could not be had from a holder: it left, has not got the block, or sent other bytes than the hash
    says."""

    task: int
    attempt: int
    block: BlockId
    holder: str
    reason: str
    corrupt: bool = False


class Output(Message, frozen=True):
    """What a task printed or logged; `stream` is `stdout` or `stderr`."""

    task: int
    attempt: int
    stream: str
    text: str
    partition: int = -1
    dropped: int = 0


class Resources(Message, frozen=True):
    """My slots or byte budget changed; no slots means that no new task should come."""

    slots: int
    memory: int


class Capabilities(Message, frozen=True):
    """How others may reach me besides the relay has changed; the words are those of `Hello.capabilities`."""

    words: tuple[str, ...]


class BlocksLost(Message, frozen=True):
    """Blocks that I had and have no more (evicted, or found damaged)."""

    blocks: tuple[BlockId, ...]


class Copied(Message, frozen=True):
    """Of the blocks that I was last asked to copy I have these now."""

    blocks: tuple[BlockId, ...]


class BytesMoved(Message, frozen=True):
    """Block bytes that I fetched since the last such message, by application: relayed or direct (files shared with a
    process of the same host are direct). Told at most once a second, by volunteers and drivers."""

    application: str
    relayed: int = 0
    direct: int = 0


class Announce(Message, frozen=True):
    """I am back, right after the Welcome of a new session, and still hold these blocks from the one before. Those that
    count no more come back in a `DropBlocks`."""

    blocks: tuple[Held, ...]


class Leaving(Message, frozen=True):
    """I am about to go. The coordinator lets go of my tasks at once.

    With `drain` I finish first: no new task comes, those that run go on to their end, my blocks are copied to others,
    and then I hear `MayLeave`.
    """

    reason: str = ""
    drain: bool = False


# fmt: off
# One line a few messages: as a column each they would be longer than what they list.
FromVolunteer = (
    Pong | Ping | Signal | Started | Finished | Failed | FetchFailed | Output | Resources | Capabilities | BlocksLost
    | Copied | Announce | BytesMoved | Leaving
)
ToVolunteer = (
    Welcome | Refused | Ping | Pong | Pass | Holders | Visitors | Signal | Code | MapOutputs | Assign | CancelTask
    | DropBlocks | CopyBlocks | MayLeave | EndApplication | JobInfo
)
FromDriver = (
    Pong | Ping | Signal | Submit | Watch | CancelJob | Fetched | ResultMissing | Release | Unpersist | ListJobs
    | StopApplication | BytesMoved | Observe | Unobserve
)
ToDriver = (
    Welcome | Refused | Ping | Pong | Pass | Holders | Signal | Accepted | Watched | Progress | Updates | ResultsReady
    | JobDone | JobFailed | TaskOutput | Jobs | Volunteers | MayLeave | Observation
)
# fmt: on
"""Each direction's messages; a type that is not in the union of its direction and role is refused."""
