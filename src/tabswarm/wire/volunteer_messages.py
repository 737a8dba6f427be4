"""What volunteers and the coordinator say to each other; see `wire/messages.py`, which has all of them."""

from __future__ import annotations

import msgspec

from tabswarm.ids import BlockId
from tabswarm.plan.location import Held, Location, MapOutput
from tabswarm.plan.task import Failure, Run, SinkReport, TaskSpec, Update
from tabswarm.wire.message import Message

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
    """All sources of the task are here, and it runs: from now on the loss of a source does not matter to it.

    For those who look on (-1: not told): its sources have `read` bytes as stored, of which `fetched` came from others;
    it took `seconds` until all were here, with those of other tasks at the same time."""

    task: int
    attempt: int
    read: int = -1
    fetched: int = -1
    seconds: float = -1.0


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
