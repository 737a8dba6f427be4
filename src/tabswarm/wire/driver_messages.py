"""What drivers and the coordinator say to each other; see `wire/messages.py`, which has all of them."""

from __future__ import annotations

from tabswarm.ids import BlockId
from tabswarm.plan.finish import Finish
from tabswarm.plan.lineage import Plan
from tabswarm.plan.location import Result
from tabswarm.plan.report import JobReport, VolunteerReport
from tabswarm.plan.task import Failure, Update
from tabswarm.wire.message import Message

# --- a driver to the coordinator ------------------------------------------------------------------------------------


class Submit(Message, frozen=True):
    """Run this job. `request` comes back in the answer; the same `request` again names the same job. `code` holds
    blobs not sent before. `keep`: its results stay after they were fetched, for whoever attaches."""

    request: int
    plan: Plan
    code: dict[str, bytes]
    keep: bool = False


class Watch(Message, frozen=True):
    """Tell me of this job of the application as you would tell its driver: answered by `Watched` or `Refused`. Watchers
    may ask, and the notebook's console, which is its driver: it is told again what it was told before."""

    request: int
    job: str


class CancelJob(Message, frozen=True):
    """Stop the job."""

    job: str


class Fetched(Message, frozen=True):
    """I have the job's results: its target blocks may go, where they are not kept and nobody else watches the job."""

    job: str


class ResultMissing(Message, frozen=True):
    """A target block could not be had from a holder: it has not got the block, sent other bytes than the hash says
    (`corrupt`), or could not be reached for a while. Without a holder: the bytes inside the message were others."""

    job: str
    block: BlockId
    holder: str
    reason: str
    corrupt: bool = False


class Release(Message, frozen=True):
    """No handle to these nodes is left in the driver, so what is stored for them may go."""

    nodes: tuple[int, ...]


class Unpersist(Message, frozen=True):
    """Drop the persisted blocks of this node."""

    node: int


class ListJobs(Message, frozen=True):
    """Tell me of the swarm's jobs."""

    request: int


class StopApplication(Message, frozen=True):
    """The program is over: cancel its jobs and drop its blocks. The swarm stays. With `keep_results` its jobs go on,
    and their results stay for a time, for whoever attaches; `MayLeave` says when what they may need of the
    driver's data is with volunteers."""

    keep_results: bool = False


# --- the coordinator to a driver ------------------------------------------------------------------------------------


class Accepted(Message, frozen=True):
    """The job runs under this id; `total` tasks for now (a loss adds more)."""

    request: int
    job: str
    total: int


class Watched(Message, frozen=True):
    """What a watched job is: the wanted partitions, and what to make of their records, with the code for that.
    Progress, results and the end follow as for a driver."""

    request: int
    job: str
    action: str
    call_site: str
    partitions: tuple[int, ...]
    finish: Finish
    code: dict[str, bytes]


class Progress(Message, frozen=True):
    """How far a job is, told a few times a second at most. `waiting_for` says what it lacks, or is empty."""

    job: str
    done: int
    total: int
    running: int
    volunteers: int
    waiting_for: str = ""


class ResultsReady(Message, frozen=True):
    """Target partitions that have been committed since the last such message (an action may use them early)."""

    job: str
    results: tuple[Result, ...]


class Updates(Message, frozen=True):
    """What committed tasks of the job added to accumulators, told before any result that they led to. A later update of
    the same accumulator and vertex replaces an earlier one."""

    job: str
    updates: tuple[Update, ...]


class JobDone(Message, frozen=True):
    """All target partitions are committed, and each has been told in a `ResultsReady`."""

    job: str


class JobFailed(Message, frozen=True):
    """The job ended without an answer. `error` is a class name of `tabswarm.errors`; causes are the last attempts'
    failures."""

    job: str
    error: str
    reason: str
    causes: tuple[Failure, ...] = ()


class TaskOutput(Message, frozen=True):
    """What one of your tasks printed, with the volunteer and partition it came from."""

    job: str
    volunteer: str
    partition: int
    stream: str
    text: str
    dropped: int = 0


class Jobs(Message, frozen=True):
    """The answer to `ListJobs`."""

    request: int
    jobs: tuple[JobReport, ...]


class Volunteers(Message, frozen=True):
    """Who is in the swarm now; told to drivers when it changes, once a second at most."""

    volunteers: tuple[VolunteerReport, ...]
    slots: int
