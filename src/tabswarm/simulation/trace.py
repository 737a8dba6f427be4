"""The scheduler's commands as lines for people, the same on every run."""

from __future__ import annotations

from collections.abc import Iterable

from tabswarm.ids import BlockId
from tabswarm.plan.report import JobReport
from tabswarm.plan.task import BlockSource, BroadcastSource, DriverSource, ShuffleSource, Source, TaskSpec, UrlSource
from tabswarm.scheduler import events
from tabswarm.scheduler.commands import (
    AcceptJob,
    AssignTask,
    CancelAttempt,
    Command,
    CopyBlocks,
    DescribeJob,
    DropBlocks,
    EndApplication,
    MayLeave,
    RefuseJob,
    SendCode,
    SendMapOutputs,
    TellDone,
    TellFailed,
    TellProgress,
    TellResults,
    TellUpdates,
)


def block_text(block: BlockId) -> str:
    """A block's name: `a1/rdd/3/0/1`."""
    return str(block)


def event_line(event: events.Event) -> str:
    """One event in one line: `v1 finished t3`."""
    who = getattr(event, "peer", "")
    match event:
        case events.TaskStarted() | events.TaskFinished() | events.TaskFailed() | events.FetchFailed():
            attempt = f" attempt {event.attempt}" if event.attempt > 1 else ""
            return f"{who} {_VERBS[type(event)]} t{event.task}{attempt}{_why(event)}"
        case events.BlocksAnnounced():
            return f"{who} still has {' '.join(block_text(held.block) for held in event.blocks)}"
        case events.BlocksLost() | events.BlocksCopied():
            verb = "lost" if isinstance(event, events.BlocksLost) else "copied"
            return f"{who} {verb} {' '.join(map(block_text, event.blocks))}"
        case events.VolunteerJoined() | events.ResourcesChanged():
            return f"{who} {_VERBS[type(event)]} {event.slots} slots"
        case events.JobSubmitted():
            return f"{who} submits request {event.request}: {len(event.plan.nodes)} nodes"
        case events.DriverJoined():
            return f"{who} drives {event.application}"
        case events.JobCancelled() | events.ResultsFetched():
            return f"{_VERBS[type(event)]} {event.job}"
        case events.Tick():
            return "tick"
        case events.VolunteerLeft() | events.DriverLeft():
            return f"{who} left"
        case _:
            return f"{type(event).__name__} {getattr(event, 'application', who)}"


_VERBS: dict[type[events.Event], str] = {
    events.TaskStarted: "started",
    events.TaskFinished: "finished",
    events.TaskFailed: "failed at",
    events.FetchFailed: "lacks a source of",
    events.VolunteerJoined: "joined with",
    events.ResourcesChanged: "has now",
    events.JobCancelled: "cancel",
    events.ResultsFetched: "fetched",
}


def _why(event: events.Event) -> str:
    if isinstance(event, events.FetchFailed):
        return f": {block_text(event.block)} at {event.holder}{' is corrupt' if event.corrupt else ''} ({event.reason})"
    return f": {event.failure.kind}" if isinstance(event, events.TaskFailed) else ""


def trace_line(command: Command) -> str:
    """One command in one line, whom it goes to first."""
    return f"{command.peer} <- {_words(command)}"


def _words(command: Command) -> str:
    match command:
        case SendCode():
            return f"code {' '.join(command.blobs)}"
        case SendMapOutputs():
            entries = (
                f"{entry.partition}.{entry.generation}@{','.join(entry.holders) or 'lost'}" for entry in command.entries
            )
            return f"map outputs of {command.shuffle}: {' '.join(entries)}"
        case AssignTask():
            return f"assign {_spec(command.spec)}{_locations(command)}"
        case CancelAttempt():
            return f"cancel t{command.task} attempt {command.attempt}"
        case DropBlocks():
            return f"drop {' '.join(map(block_text, command.blocks))}"
        case CopyBlocks():
            return "copy " + " ".join(f"{at.block} at {','.join(at.holders)}" for at in command.locations)
        case MayLeave():
            behind = f", {command.left_behind} blocks are left behind" if command.left_behind else ""
            return f"may leave{behind}"
        case EndApplication():
            return f"end of application {command.application}"
        case AcceptJob():
            return f"request {command.request} is {command.job}, {command.total} tasks"
        case RefuseJob():
            return f"request {command.request} refused: {command.error}: {command.reason}"
        case DescribeJob():
            wanted = " ".join(map(str, command.partitions))
            finish = type(command.finish).__name__.lower()
            return f"request {command.request} is {command.job}, {command.action} of {wanted}, {finish}"
        case TellProgress():
            waits = f", waiting for {command.waiting_for}" if command.waiting_for else ""
            counts = f"{command.done} of {command.total} done, {command.running} running"
            return f"progress of {command.job}: {counts}, {command.volunteers} volunteers{waits}"
        case TellUpdates():
            updates = (f"{update.accumulator}@{update.node}/{update.partition}" for update in command.updates)
            return f"updates of {command.job}: {' '.join(updates)}"
        case TellResults():
            results = (
                f"{result.partition}@{','.join(result.location.holders)}.{result.location.block.generation}"
                + ("" if result.inline is None else f"={_shown(result.inline)}")
                for result in command.results
            )
            return f"results of {command.job}: {' '.join(results)}"
        case TellDone():
            return f"done {command.job}"
        case TellFailed():
            causes = f" ({len(command.causes)} causes)" if command.causes else ""
            return f"failed {command.job}: {command.error}: {command.reason}{causes}"


def _shown(data: bytes) -> str:
    text = data.decode(errors="replace")
    return text if text.isprintable() else f"{len(data)} bytes"


def _spec(spec: TaskSpec) -> str:
    steps = _vertices((step.node, step.partition) for step in spec.steps)
    sources = f" from {' '.join(map(_source, spec.sources))}" if spec.sources else ""
    sinks = " ".join(
        f"{sink.block.kind.value} {sink.block.node}/{sink.block.partition}.{sink.block.generation}"
        for sink in spec.sinks
    )
    attempt = f" attempt {spec.attempt}" if spec.attempt > 1 else ""
    return f"t{spec.task}{attempt}: {steps}{sources} to {sinks}"


def _vertices(vertices: Iterable[tuple[int, int]]) -> str:
    """`1/0 2/0`; a long list shows its ends."""
    texts = [f"{node}/{partition}" for node, partition in vertices]
    return " ".join(texts if len(texts) <= 8 else [*texts[:3], f"..{len(texts) - 6}..", *texts[-3:]])


def _source(source: Source) -> str:
    match source:
        case BlockSource():
            return f"rdd {source.block.node}/{source.block.partition}.{source.block.generation}"
        case DriverSource():
            where = "plan" if source.inline is not None else "driver"
            return f"{where} {source.block.node}/{source.block.partition}"
        case BroadcastSource():
            return f"broadcast {source.block.node}"
        case UrlSource():
            return f"url {source.url}"
        case ShuffleSource():
            return f"shuffle {source.shuffle}/{source.partition}"


def _locations(command: AssignTask) -> str:
    if not command.locations:
        return ""
    holders = dict.fromkeys(",".join(location.holders) for location in command.locations)
    return f" at {' '.join(holders)}"


def report_lines(report: JobReport) -> list[str]:
    """The ledger of a job."""
    lines = [
        f"{report.id} {report.state}: {report.done} of {report.total} tasks{': ' if report.error else ''}{report.error}"
    ]
    for node in report.nodes:
        counts = [f"{node.first} first"]
        counts += [f"{node.recomputed} recomputed"] if node.recomputed else []
        counts += [f"{node.speculative} speculative"] if node.speculative else []
        counts += [f"{node.partial} partial"] if node.partial else []
        by = " ".join(f"{peer}:{runs}" for peer, runs in node.runs.items())
        lines.append(
            f"  {node.id} {node.name}: {node.partitions} partitions, {', '.join(counts)}{' by ' + by if by else ''}"
        )
    if any((report.bytes.direct, report.bytes.relayed, report.bytes.inline)):
        moved = report.bytes
        lines.append(f"  bytes: {moved.direct} direct, {moved.relayed} relayed, {moved.inline} inline")
    return lines
