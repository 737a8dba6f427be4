"""Scenario files: events written as commands, and under each the trace of what the scheduler did about it.

    volunteer v1 slots=2
    ----
    ok

A command may go on in indented lines (a plan). `----` ends it, and what follows up to an empty line is the expected
trace. `play` gives the whole file again with the traces as they are, so that comparing is comparing text, and rewriting
a scenario is writing a file. After each event all invariants are checked.
"""

from __future__ import annotations

from collections.abc import Callable

from tabswarm.ids import BlockId, BlockKind
from tabswarm.plan.location import Held
from tabswarm.plan.task import Failure, FailureKind, Run, SinkReport, TaskSpec, Update
from tabswarm.scheduler import commands as out
from tabswarm.scheduler import events
from tabswarm.scheduler.invariants import check_invariants
from tabswarm.scheduler.scheduler import Scheduler
from tabswarm.simulation.mishaps import is_loaded
from tabswarm.simulation.plan_text import read_plan
from tabswarm.simulation.trace import block_text, report_lines, trace_line

TOLD = (" updates ", " results ", " done ", " failed ", " drop ")
"""What `run` shows of the trace."""

Words = list[str]
Options = dict[str, str]


class Scenario:
    """One scheduler, and what it asked for so far."""

    def __init__(self) -> None:
        self.scheduler = Scheduler()
        self.specs: dict[tuple[int, int], TaskSpec] = {}
        self.open: dict[str, dict[tuple[int, int], None]] = {}
        self.requests = 0

    def play(self, text: str) -> str:
        """The file with its traces as they really are."""
        played: list[str] = []
        command: list[str] = []
        skipping = False
        for line in [*text.splitlines(), ""]:
            if skipping:
                skipping = bool(line.strip())
                if not skipping:
                    played.append("")
                continue
            if line == "----":
                played += [*command, line, *(self.run(command) or ["ok"])]
                command, skipping = [], True
            elif line.startswith("#") or (not line.strip() and not command):
                played.append(line)
            else:
                command.append(line)
        if command:
            raise ValueError(f"a command without ----: {command[0]}")
        return "\n".join(played).rstrip() + "\n"

    def run(self, lines: list[str]) -> list[str]:
        """Carry out one command, and give the trace."""
        words = lines[0].split()
        options = dict(word.split("=", 1) for word in words if "=" in word)
        words = [word for word in words if "=" not in word]
        name = words[0].replace("-", "_")
        if name == "submit":
            return self._submit(words, options, lines[1:])
        if name in ("report", "may_fetch", "run", "deadline", "waiting"):
            ask: Callable[[Words, Options], list[str]] = getattr(self, f"_{name}")
            return ask(words[1:], options)
        make: Callable[[Words, Options], events.Event] = getattr(self, f"_{name}")
        return self.handle(make(words[1:], options))

    def handle(self, event: events.Event) -> list[str]:
        """One event, all invariants, and the trace."""
        commands = self.scheduler.handle(event)
        check_invariants(self.scheduler)
        for command in commands:
            if isinstance(command, out.AssignTask):
                lease = (command.spec.task, command.spec.attempt)
                self.specs[lease] = command.spec
                self.open.setdefault(command.peer, {})[lease] = None
            elif isinstance(command, out.CancelAttempt):
                self.open.get(command.peer, {}).pop((command.task, command.attempt), None)
        return [trace_line(command) for command in commands]

    # --- events ------------------------------------------------------------------------------------------------------

    def _volunteer(self, words: Words, options: Options) -> events.Event:
        return events.VolunteerJoined(
            peer=words[0],
            kind=options.get("kind", "tab"),
            name=words[0],
            slots=int(options.get("slots", "1")),
            memory=2**30,
            python=options.get("python", "3.14"),
            capabilities=tuple(word for word in options.get("offers", "").split(",") if word),
        )

    def _leave(self, words: Words, options: Options) -> events.Event:
        self.open.pop(words[0], None)
        return events.VolunteerLeft(peer=words[0])

    def _resources(self, words: Words, options: Options) -> events.Event:
        return events.ResourcesChanged(peer=words[0], slots=int(options["slots"]), memory=2**30)

    def _driver(self, words: Words, options: Options) -> events.Event:
        return events.DriverJoined(peer=words[0], application=words[1])

    def _driver_leaves(self, words: Words, options: Options) -> events.Event:
        return events.DriverLeft(peer=words[0])

    def _program_ends(self, words: Words, options: Options) -> events.Event:
        return events.ProgramEnded(peer=words[0], application=words[1])

    def _watcher(self, words: Words, options: Options) -> events.Event:
        return events.WatcherJoined(peer=words[0], application=words[1])

    def _watch(self, words: Words, options: Options) -> events.Event:
        return events.JobWatched(peer=words[0], request=int(options.get("request", "1")), job=words[1])

    def _configure(self, words: Words, options: Options) -> events.Event:
        return events.Configured(results_kept=int(options["kept"]), source_patience=int(options["patience"]))

    def _submit(self, words: Words, options: Options, lines: list[str]) -> list[str]:
        peer, application = words[1:3]
        self.requests += 1
        request = int(options.get("request", str(self.requests)))
        plan = read_plan(application, lines)
        keep = options.get("keep") == "1"
        return self.handle(events.JobSubmitted(peer=peer, request=request, plan=plan, keep=keep))

    def _lease(self, words: Words, options: Options) -> tuple[str, int, int]:
        peer, task = words[0], int(words[1][1:])
        if "attempt" in options:
            return peer, task, int(options["attempt"])
        return peer, task, max((number for of, number in self.specs if of == task), default=1)

    def _start(self, words: Words, options: Options) -> events.Event:
        peer, task, attempt = self._lease(words, options)
        return events.TaskStarted(peer=peer, task=task, attempt=attempt)

    def _finish(self, words: Words, options: Options) -> events.Event:
        peer, task, attempt = self._lease(words, options)
        self.open.get(peer, {}).pop((task, attempt), None)
        partial = [tuple(map(int, vertex.split("/"))) for vertex in options.get("partial", "").split(",") if vertex]
        inline = options["inline"].encode() if "inline" in options else None
        return finished_event(
            peer,
            self.specs[(task, attempt)],
            partial=[(node, part) for node, part in partial],
            inline=inline,
            accumulator=int(options["adds"]) if "adds" in options else None,
        )

    def _fail(self, words: Words, options: Options) -> events.Event:
        peer, task, attempt = self._lease(words, options)
        self.open.get(peer, {}).pop((task, attempt), None)
        failure = Failure(
            kind=FailureKind(words[2]),
            type_name=options.get("type", ""),
            message=options.get("message", ""),
            line=options.get("line", ""),
            node=int(options["node"]) if "node" in options else None,
        )
        return events.TaskFailed(peer=peer, task=task, attempt=attempt, failure=failure)

    def _fetch_failed(self, words: Words, options: Options) -> events.Event:
        peer, task, attempt = self._lease(words, options)
        self.open.get(peer, {}).pop((task, attempt), None)
        return events.FetchFailed(
            peer=peer,
            task=task,
            attempt=attempt,
            block=read_block(words[2]),
            holder=words[3],
            reason=options.get("reason", "unavailable"),
            corrupt="corrupt" in options,
        )

    def _lost(self, words: Words, options: Options) -> events.Event:
        return events.BlocksLost(peer=words[0], blocks=tuple(read_block(word) for word in words[1:]))

    def _finishing(self, words: Words, options: Options) -> events.Event:
        return events.VolunteerFinishing(peer=words[0])

    def _copied(self, words: Words, options: Options) -> events.Event:
        return events.BlocksCopied(peer=words[0], blocks=tuple(read_block(word) for word in words[1:]))

    def _announce(self, words: Words, options: Options) -> events.Event:
        root, size = options.get("root", "root").encode(), int(options.get("size", "100"))
        return events.BlocksAnnounced(
            peer=words[0], blocks=tuple(Held(read_block(word), size, root) for word in words[1:])
        )

    def _cancel(self, words: Words, options: Options) -> events.Event:
        return events.JobCancelled(job=words[0])

    def _stop(self, words: Words, options: Options) -> events.Event:
        return events.ApplicationStopped(application=words[0])

    def _fetched(self, words: Words, options: Options) -> events.Event:
        return events.ResultsFetched(peer=options.get("by", ""), job=words[0])

    def _result_missing(self, words: Words, options: Options) -> events.Event:
        holder = words[3] if len(words) > 3 else ""
        return events.ResultMissing(
            peer=words[0], job=words[1], block=read_block(words[2]), holder=holder, corrupt="corrupt" in options
        )

    def _release(self, words: Words, options: Options) -> events.Event:
        return events.NodesReleased(application=words[0], nodes=tuple(map(int, words[1:])))

    def _unpersist(self, words: Words, options: Options) -> events.Event:
        return events.NodeUnpersisted(application=words[0], node=int(words[1]))

    def _tick(self, words: Words, options: Options) -> events.Event:
        return events.Tick(now=int(words[0]))

    def _bytes(self, words: Words, options: Options) -> events.Event:
        return events.BytesMoved(application=words[0], relayed=int(options.get("relayed", "0")))

    # --- questions, and many events at once --------------------------------------------------------------------------

    def _report(self, words: Words, options: Options) -> list[str]:
        return [line for report in self.scheduler.report(job=words[0]) for line in report_lines(report)]

    def _may_fetch(self, words: Words, options: Options) -> list[str]:
        return ["yes" if self.scheduler.may_fetch(words[0], words[1], read_block(words[2])) else "no"]

    def _deadline(self, words: Words, options: Options) -> list[str]:
        return [str(self.scheduler.next_deadline())]

    def _waiting(self, words: Words, options: Options) -> list[str]:
        return [self.scheduler.waiting_for(words[0]) or "nothing"]

    def _run(self, words: Words, options: Options) -> list[str]:
        """Each volunteer in turn starts and finishes its oldest task, until none has any (or `rounds` are over). The
        trace says who finished what, and what drivers heard."""
        done: dict[str, list[str]] = {}
        told: list[str] = []
        for _ in range(int(options.get("rounds", "10000"))):
            busy = [peer for peer, leases in self.open.items() if leases]
            if not busy:
                break
            for peer in busy:
                if not self.open.get(peer):
                    continue
                task, attempt = next(iter(self.open[peer]))
                self.handle(events.TaskStarted(peer=peer, task=task, attempt=attempt))
                traced = self.handle(self._finish([peer, f"t{task}"], {"attempt": str(attempt)} | options))
                done.setdefault(peer, []).append(f"t{task}")
                told += [line for line in traced if any(word in line for word in TOLD)]
        return [*(f"{peer} finished {' '.join(tasks)}" for peer, tasks in done.items()), *told]


def read_block(text: str) -> BlockId:
    """A block as `block_text` writes it: `a1/map/103/0/1`."""
    application, kind, node, partition, generation = text.split("/")
    return BlockId(application, BlockKind(kind), int(node), int(partition), int(generation))


def finished_event(
    peer: str,
    spec: TaskSpec,
    *,
    partial: list[tuple[int, int]] | None = None,
    inline: bytes | None = None,
    accumulator: int | None = None,
) -> events.TaskFinished:
    """What a volunteer reports that ran all steps of the task; `partial` vertices were cut short, and each added to
    `accumulator`."""
    short = partial or []
    vertices = [(step.node, step.partition) for step in spec.steps]
    sinks = tuple(
        SinkReport(block=sink.block, size=100, root=b"root", inline=inline)
        for sink in spec.sinks
        if vertices[sink.step] not in short
    )
    runs = tuple(
        Run(step.node, step.partition, 10, (step.node, step.partition) in short)
        for step in spec.steps
        if not is_loaded(spec, step)
    )
    updates = () if accumulator is None else tuple(Update(accumulator, run.node, run.partition, b"1") for run in runs)
    return events.TaskFinished(
        peer=peer, task=spec.task, attempt=spec.attempt, sinks=sinks, runs=runs, seconds=0.0, updates=updates
    )


__all__ = ["Scenario", "block_text", "finished_event", "read_block"]
