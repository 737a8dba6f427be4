"""Messages into events, commands into messages: two tables of pure functions, so that nothing is lost between them.

`FROM_VOLUNTEER` has an entry for each message type that a volunteer may send, `FROM_COMMAND` for each command. A new
type without an entry fails a test.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tabswarm.coordinator.code_store import CodeStore, finish_names
from tabswarm.scheduler import commands, events
from tabswarm.wire import messages as m

FOREVER = 1e9
"""Seconds that nothing takes."""

VolunteerEvent = Callable[[str, Any], "events.Event | None"]
"""From the peer's id and its message; Any, for each entry takes the one type that it stands under."""


def _nothing(peer: str, message: Any) -> None:
    """The session, or the swarm itself, has dealt with it."""


def _seconds(told: float) -> float:
    """A duration that a volunteer tells; -1 for what is none."""
    return told if 0 <= told < FOREVER else -1.0


FROM_VOLUNTEER: Mapping[type[m.Message], VolunteerEvent] = {
    m.Ping: _nothing,
    m.Pong: _nothing,
    m.Signal: _nothing,
    m.Output: _nothing,
    m.Capabilities: _nothing,
    # Who goes at once has gone by now: the swarm itself has dealt with it.
    m.Leaving: lambda peer, said: events.VolunteerFinishing(peer=peer),
    m.Started: lambda peer, said: events.TaskStarted(
        peer=peer,
        task=said.task,
        attempt=said.attempt,
        read=said.read,
        fetched=said.fetched,
        seconds=_seconds(said.seconds),
    ),
    m.Finished: lambda peer, said: events.TaskFinished(
        peer=peer,
        task=said.task,
        attempt=said.attempt,
        sinks=said.sinks,
        runs=said.runs,
        seconds=_seconds(said.seconds),
        updates=said.updates,
    ),
    m.Failed: lambda peer, said: events.TaskFailed(
        peer=peer, task=said.task, attempt=said.attempt, failure=said.failure
    ),
    m.FetchFailed: lambda peer, said: events.FetchFailed(
        peer=peer,
        task=said.task,
        attempt=said.attempt,
        block=said.block,
        holder=said.holder,
        reason=said.reason[:200],
        corrupt=said.corrupt,
    ),
    m.Resources: lambda peer, said: events.ResourcesChanged(peer=peer, slots=said.slots, memory=said.memory),
    m.Copied: lambda peer, said: events.BlocksCopied(peer=peer, blocks=said.blocks),
    m.Announce: lambda peer, said: events.BlocksAnnounced(peer=peer, blocks=said.blocks),
    m.BlocksLost: lambda peer, said: events.BlocksLost(peer=peer, blocks=said.blocks),
    # What was relayed the relay itself has counted; what the volunteer says of it is only shown.
    m.BytesMoved: lambda peer, said: events.BytesMoved(
        application=said.application, direct=max(0, said.direct), peer=peer, told_relayed=max(0, said.relayed)
    ),
}

CommandMessage = Callable[[Any, CodeStore], m.Message]
"""From the command and the code of its application; Any, as above."""

FROM_COMMAND: Mapping[type[Any], CommandMessage] = {
    commands.SendCode: lambda c, code: m.Code(application=c.application, blobs=code.take(c.blobs)),
    commands.SendMapOutputs: lambda c, _: m.MapOutputs(application=c.application, shuffle=c.shuffle, entries=c.entries),
    commands.AssignTask: lambda c, _: m.Assign(
        spec=c.spec, code=c.code, locations=c.locations, time_limit=c.time_limit
    ),
    commands.CancelAttempt: lambda c, _: m.CancelTask(task=c.task, attempt=c.attempt),
    commands.DropBlocks: lambda c, _: m.DropBlocks(blocks=c.blocks),
    commands.CopyBlocks: lambda c, _: m.CopyBlocks(locations=c.locations),
    commands.MayLeave: lambda c, _: m.MayLeave(left_behind=c.left_behind),
    commands.EndApplication: lambda c, _: m.EndApplication(application=c.application),
    commands.AcceptJob: lambda c, _: m.Accepted(request=c.request, job=c.job, total=c.total),
    commands.RefuseJob: lambda c, _: m.Refused(request=c.request, code=c.error, reason=c.reason),
    commands.DescribeJob: lambda c, code: m.Watched(
        request=c.request,
        job=c.job,
        action=c.action,
        call_site=c.call_site,
        partitions=c.partitions,
        finish=c.finish,
        code=code.take(finish_names(c.finish)),
    ),
    commands.TellProgress: lambda c, _: m.Progress(
        job=c.job,
        done=c.done,
        total=c.total,
        running=c.running,
        volunteers=c.volunteers,
        waiting_for=c.waiting_for,
    ),
    commands.TellUpdates: lambda c, _: m.Updates(job=c.job, updates=c.updates),
    commands.TellResults: lambda c, _: m.ResultsReady(job=c.job, results=c.results),
    commands.TellDone: lambda c, _: m.JobDone(job=c.job),
    commands.TellFailed: lambda c, _: m.JobFailed(job=c.job, error=c.error, reason=c.reason, causes=c.causes),
}
