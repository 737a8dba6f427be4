"""Every way in which tabswarm fails, as types.

    TabswarmError
    ├── ProgramError                   the program asks for something that cannot be done
    │   ├── NotShippable               a function or value that cannot travel; names variable and path
    │   │   ├── NoUsableSource         code whose source is missing or was edited after its import
    │   │   └── CodeRefused            shipped code whose bytes are not what the plan promised
    │   ├── CannotCompile              shipped source that this Python cannot compile
    │   ├── ResultNotSerialisable      a record that no block can hold; names its type
    │   ├── StableHashError            a key that has no stable hash; names its type
    │   ├── PlanRefused                a plan that is malformed or over a limit
    │   ├── ContextInTask              a Context, or an RDD, used inside a task
    │   ├── AccumulatorUnreadable      an accumulator's value read inside a task
    │   ├── BroadcastGone              a broadcast used after it was destroyed
    │   └── NotApplicable              what only a JVM or Hadoop can mean; names what to use instead
    ├── RecordError                    bytes that should be records
    │   ├── RecordRefused              hostile or damaged bytes
    │   └── RecordTooLarge             over a limit, by their own word or in fact
    ├── JobError                       a job that ended without an answer
    │   ├── TaskError                  the user's code raised; carries type, message and traceback as text
    │   ├── TaskTimeout                a task ran past its limit
    │   ├── WorkerLost                 a task took every worker it met with it
    │   ├── JobCancelled               somebody cancelled it
    │   ├── NoEligibleVolunteers       volunteers are there, and none of them can ever run a task of it
    │   ├── SourceUnavailable          data that only the driver held cannot be had
    │   ├── UrlUnavailable             a URL that no volunteer could fetch; names it and why
    │   ├── ResultsGone                results that nobody keeps (any more)
    │   └── ResultTooLarge             an answer larger than the driver takes
    ├── BlockUnavailable               nobody who is there has the block
    └── ConnectionRefused              the coordinator would not have us: link, token, version, address
        ├── BadLink                    not a link of tabswarm's
        ├── TokenRefused               no such token, or one of another role
        ├── UnknownApplication         no such application in this swarm, or none any more
        ├── VersionRefused             protocol or version differ; both are named
        ├── SessionReplaced            another session took over the application
        └── CoordinatorUnreachable     nobody answers there, or no longer

A lost peer or a missing block is never the task's fault, and no error of the user's is the peer's: code that decides
whom to blame looks at the type alone.
"""

from __future__ import annotations


class TabswarmError(Exception):
    """The root of all that tabswarm raises on its own account."""


class ProgramError(TabswarmError):
    """The program asks for something that cannot be done, now or later, with any volunteers."""


class NotShippable(ProgramError):
    """A function or value cannot travel to a volunteer. The message names the variable and the path that leads to
    it."""


class NoUsableSource(NotShippable):
    """Code has no source that gives the same code again: typed at a plain prompt, made by `exec`, or edited after
    its import."""


class CodeRefused(NotShippable):
    """Shipped code does not have the hash that the plan promised, or is not there."""


class CannotCompile(ProgramError):
    """This Python cannot compile the shipped source: it uses newer syntax. No strike against anybody, and no
    attempt."""


class ResultNotSerialisable(ProgramError):
    """A record cannot be written to a block. The message names its type and where in the record it stands."""


class StableHashError(ProgramError):
    """A key has no hash that is equal on every platform. The message names its type and the hook `__stable_hash__`."""


class PlanRefused(ProgramError):
    """A plan is malformed (a cycle, an unknown parent, no partitions) or over a limit."""


class ContextInTask(ProgramError):
    """A Context or an RDD was used inside a task; only the driver may."""


class AccumulatorUnreadable(ProgramError, RuntimeError):
    """The value of an accumulator was read or set inside a task; only the driver may."""


class NotApplicable(ProgramError, NotImplementedError):
    """A method of PySpark's that only a JVM or Hadoop can mean. The message names what to use instead."""


class BroadcastGone(ProgramError, RuntimeError):
    """A broadcast was used after it was destroyed, or where no task is that has it."""


class RecordError(TabswarmError):
    """Bytes that should be records are not."""


class RecordRefused(RecordError):
    """The bytes are damaged or name something that no record may name."""


class RecordTooLarge(RecordError):
    """A record or block is over its limit."""


class JobError(TabswarmError):
    """A job ended without an answer."""


class TaskError(JobError):
    """The user's code raised in a task.

    All of it is text, for the exception object itself never leaves the volunteer: `type_name` and `message` of the
    original exception, the user's own `line` (`"job.py:12"`) and the whole `traceback`; the number of the `partition`,
    and the name or id of the `volunteer` that tried it last. `str()` says the operation, its line and the partition as
    well.
    """

    def __init__(
        self,
        text: str,
        *,
        type_name: str = "",
        message: str = "",
        line: str = "",
        traceback: str = "",
        partition: int | None = None,
        volunteer: str = "",
    ) -> None:
        super().__init__(text)
        self.type_name = type_name
        self.message = message
        self.line = line
        self.traceback = traceback
        self.partition = partition
        self.volunteer = volunteer


class TaskTimeout(JobError):
    """A task ran past its time limit on every volunteer that tried it."""


class WorkerLost(JobError):
    """A task took every worker that ran it with it (out of memory, an abort), four times in all. The message tells
    which of these it was, where, and what to do."""


class JobCancelled(JobError):
    """The job was cancelled."""


class NoEligibleVolunteers(JobError):
    """Volunteers are there, and none of them can ever run a task of this job."""


class SourceUnavailable(JobError):
    """Source data that only the driver held cannot be had: the file went or changed, or the driver left."""


class UrlUnavailable(JobError):
    """A URL of `multiGet` could not be fetched by any volunteer that tried. The message names it, and why."""


class ResultsGone(JobError):
    """The job's results are not there (any more): its driver has fetched them, or their time is over."""


class ResultTooLarge(JobError):
    """The answer is larger than the driver's limit."""


class BlockUnavailable(TabswarmError):
    """Nobody who is there has the block; its partition has to be computed again."""


class ConnectionRefused(TabswarmError):
    """The coordinator would not have us, or is not there."""


class BadLink(ConnectionRefused):
    """The text is not a link of tabswarm's, or lacks its token."""


class TokenRefused(ConnectionRefused):
    """The coordinator does not know the token, or it is of another role."""


class UnknownApplication(ConnectionRefused):
    """The swarm has no such application, or dropped it."""


class SessionReplaced(ConnectionRefused):
    """Another session took over this application."""


class VersionRefused(ConnectionRefused):
    """The two ends speak different versions; the message names both."""


class CoordinatorUnreachable(ConnectionRefused):
    """Nobody answers at that address, or the coordinator went away."""
