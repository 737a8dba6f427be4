"""One swarm: the volunteers behind one invite link, the drivers behind one driver link, and their scheduler.

Events go in, commands come out and become messages in outboxes; nothing here waits, so an event is dealt with before
the next one is looked at. Time goes in as `Tick`: before an event, and at the scheduler's next deadline.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence

import msgspec

from tabswarm.coordinator.about import AboutBoard
from tabswarm.coordinator.block_passes import BlockPasses
from tabswarm.coordinator.bounds import Bounds
from tabswarm.coordinator.code_store import CodeStores, code_names
from tabswarm.coordinator.invites import Invites
from tabswarm.coordinator.notebook import NotebookStore
from tabswarm.coordinator.observers import Observers
from tabswarm.coordinator.scheduler_needs import SchedulerCore, named_holders
from tabswarm.coordinator.sessions import Session
from tabswarm.coordinator.signalling import Signalling
from tabswarm.coordinator.tally import SwarmTally
from tabswarm.coordinator.task_output import output_for_driver
from tabswarm.coordinator.tokens import Role, Tokens
from tabswarm.coordinator.translate import FROM_COMMAND, FROM_VOLUNTEER
from tabswarm.coordinator.visits import Visits
from tabswarm.errors import PlanRefused
from tabswarm.plan.report import VolunteerReport
from tabswarm.scheduler import commands, events
from tabswarm.wire import messages as m
from tabswarm.wire.close_code import CloseCode

TICK = 10
"""Milliseconds by which the scheduler's clock may lag behind when an event comes in."""


class JobFacts(msgspec.Struct, frozen=True):
    """What a volunteer's screen says of a job, and who wants to see what it prints."""

    application: str
    name: str
    action: str


class Swarm:
    """See the module. Sessions are added when welcomed and removed when gone."""

    def __init__(
        self,
        id: str,
        title: str,
        scheduler: SchedulerCore,
        bounds: Bounds,
        tokens: Tokens,
        *,
        origin: str = "",
        relay_only: bool = False,
    ) -> None:
        self.id = id
        self.scheduler = scheduler
        self.sessions: dict[str, Session] = {}
        self.invites = Invites(tokens, id, origin, title, self.sessions)
        self.notebook = NotebookStore()
        self.tally = SwarmTally()
        self._bounds = bounds
        self._signalling = Signalling(self.sessions, bounds, relay_only=relay_only)
        self._visits = Visits(self.sessions)
        self._code = CodeStores(bounds)
        self._passes = BlockPasses()
        self._about = AboutBoard(self.sessions, scheduler.tasks_left, bounds.about_seconds)
        self._drivers: dict[str, str] = {}
        self._jobs: dict[str, JobFacts] = {}
        self._submitting: m.Submit | None = None
        self._loop = asyncio.get_running_loop()
        self._start = self._loop.time()
        self._now = -TICK
        self._timer: asyncio.TimerHandle | None = None
        self._observers = Observers(scheduler, self._milliseconds)
        self._shown: tuple[VolunteerReport, ...] | None = None
        scheduler.handle(
            events.Configured(
                results_kept=int(bounds.results_seconds * 1000), source_patience=int(bounds.source_seconds * 1000)
            )
        )

    # --- events in, commands out ------------------------------------------------------------------------------------

    def feed(self, event: events.Event) -> None:
        """Let the scheduler hear of this, and do what it commands."""
        self.tally.event(event)
        now = self._milliseconds()
        if now - self._now >= TICK:
            self._now = now
            self._obey(self.scheduler.handle(events.Tick(now=now)))
        self._obey(self.scheduler.handle(event))
        self._set_timer()
        self._observers.touch()

    def close(self) -> None:
        """Stop the clock."""
        self._observers.close()
        if self._timer is not None:
            self._timer.cancel()

    def _milliseconds(self) -> int:
        return int((self._loop.time() - self._start) * 1000)

    def _set_timer(self) -> None:
        deadline = self.scheduler.next_deadline()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if deadline is not None:
            due = max(self._start + deadline / 1000, self._loop.time()) + 0.001
            self._timer = self._loop.call_at(due, self._tick)

    def _tick(self) -> None:
        self._timer = None
        self._now = max(self._milliseconds(), self._now)
        try:
            self._obey(self.scheduler.handle(events.Tick(now=self._now)))
        finally:
            self._set_timer()
            self._observers.touch()

    def _obey(self, orders: Sequence[commands.Command]) -> None:
        for order in orders:
            self._note(order)
            self.tally.command(order)
            session = self.sessions.get(order.peer)
            if session is None or session.outbox.is_closing:
                continue
            if isinstance(order, commands.AssignTask):
                self._introduce(session, order)
            for message in self._passes.due(session, order):
                session.tell(message)
            if (news := self._signalling.introduce(order.peer, named_holders(order))) is not None:
                session.tell(self._visits.grant(session, news))
            application = getattr(order, "application", "")
            session.tell(FROM_COMMAND[type(order)](order, self._code.of(application)))

    def _note(self, order: commands.Command) -> None:
        """Keep the few facts that messages need and the scheduler does not have."""
        if isinstance(order, commands.AcceptJob) and self._submitting is not None:
            driver = self.sessions.get(order.peer)
            plan = self._submitting.plan
            facts = JobFacts(plan.application, driver.name if driver else "", plan.action)
            self._jobs.setdefault(order.job, facts)
            self._about.began(order.job, plan, facts.name)
            while len(self._jobs) > self._bounds.jobs_remembered:
                del self._jobs[next(iter(self._jobs))]
        elif isinstance(order, commands.CancelAttempt) and order.peer in self.sessions:
            self._forget_attempt(self.sessions[order.peer], order.task, order.attempt)

    def _introduce(self, session: Session, order: commands.AssignTask) -> None:
        spec = order.spec
        session.running[spec.task, spec.attempt] = spec.job
        facts = self._jobs.get(spec.job)
        if facts is not None and spec.job not in session.told_jobs:
            if len(session.told_jobs) >= self._bounds.jobs_remembered:
                session.told_jobs.clear()
            session.told_jobs.add(spec.job)
            session.tell(m.JobInfo(application=spec.application, name=facts.name, job=spec.job, action=facts.action))

    @staticmethod
    def _forget_attempt(session: Session, task: int, attempt: int) -> None:
        session.running.pop((task, attempt), None)
        session.printed.pop((task, attempt), None)

    # --- peers come and go ------------------------------------------------------------------------------------------

    def join(self, session: Session, hello: m.Hello) -> None:
        """A welcomed peer is here."""
        self.sessions[session.peer] = session
        self._signalling.join(session, hello)
        self._visits.join(session, hello)
        if session.role is Role.DRIVER:
            session.tell(self.invites.told())
            if self._has_notebook(session):
                session.tell(self.notebook.told())
        if session.application:
            session.tell(self._passes.of(session.application))
        if session.role is Role.VOLUNTEER:
            self._about.greet(session)
            bounds = self._bounds
            self.feed(
                events.VolunteerJoined(
                    peer=session.peer,
                    kind=hello.kind,
                    name=session.name,
                    slots=min(max(hello.slots, 0), bounds.slots),
                    memory=min(max(hello.memory, 0), bounds.memory),
                    python=hello.python[:20],
                    capabilities=tuple(word[:40] for word in hello.capabilities[:20]),
                )
            )
        elif session.watches:
            self.feed(events.WatcherJoined(peer=session.peer, application=session.application))
        elif session.application:
            self._drivers[session.application] = session.peer
            self.feed(events.DriverJoined(peer=session.peer, application=session.application, name=session.name))
        if session.role is Role.DRIVER:
            self._tell_volunteers([session])

    def notebook_application(self) -> str:
        """The notebook's application: the one that it has, or a fresh one where that has ended."""
        if not self.scheduler.has_application(self.notebook.application):
            self.notebook.application = fresh_application()
        return self.notebook.application

    def report(self) -> m.SwarmReport:
        """What operators are told of the swarm."""
        roles = [session.role for session in self.sessions.values()]
        jobs, finished = self.scheduler.job_counts()
        return m.SwarmReport(
            id=self.id,
            title=self.invites.title,
            volunteers=roles.count(Role.VOLUNTEER),
            slots=sum(session.slots for session in self.sessions.values()),
            drivers=roles.count(Role.DRIVER),
            jobs=jobs,
            finished=finished,
        )

    def drivers_of(self, application: str) -> list[Session]:
        """The sessions that drive an application: one at most, or for a moment none."""
        return [session for session in self.sessions.values() if session.drives and session.application == application]

    def leave(self, session: Session, reason: str) -> None:
        """A peer is gone; one that has a newer session stays."""
        if self.sessions.get(session.peer) is not session:
            return
        del self.sessions[session.peer]
        self._signalling.leave(session.peer)
        self._visits.leave(session.peer)
        self._observers.leave(session)
        self._about.leave(session.peer)
        if session.role is Role.VOLUNTEER:
            self.feed(events.VolunteerLeft(peer=session.peer, reason=reason))
        elif session.application:
            if self._drivers.get(session.application) == session.peer:
                del self._drivers[session.application]
            self.feed(events.DriverLeft(peer=session.peer))

    def pulse(self) -> None:
        """Once a pulse: ping everyone, and tell drivers who is here if that changed."""
        self._signalling.pulse()
        for session in list(self.sessions.values()):
            session.pulse()
        self._about.pulse(self._loop.time())
        volunteers = tuple(self.scheduler.volunteers())
        if volunteers != self._shown:
            self._shown = volunteers
            self._tell_volunteers([s for s in self.sessions.values() if s.role is Role.DRIVER])

    def _tell_volunteers(self, drivers: Sequence[Session]) -> None:
        here = tuple(self.scheduler.volunteers())
        slots = sum(session.slots for session in self.sessions.values())
        for driver in drivers:
            driver.tell(m.Volunteers(volunteers=here, slots=slots))

    # --- what volunteers say ----------------------------------------------------------------------------------------

    def from_volunteer(self, session: Session, message: m.Message) -> None:
        """A message of a volunteer's, pings apart."""
        if self.sessions.get(session.peer) is not session:
            return  # it has left, or a newer session of it is here
        match message:
            case m.Output():
                self._show_output(session, message)
            case m.Signal():
                self._signalling.forward(session, message)
            case m.Capabilities(words=words):
                self._signalling.change(session, words)
                self._visits.change(session, words)
            case m.Finished() | m.Failed() | m.FetchFailed():
                self._forget_attempt(session, message.task, message.attempt)
            case m.Leaving(reason=reason, drain=False):
                self.leave(session, reason[:200] or "it said goodbye")
                session.close(CloseCode.NORMAL, "goodbye")
                return
            case m.Leaving():
                session.slots = 0
            case m.Resources(slots=slots, memory=memory):
                session.slots = min(max(slots, 0), self._bounds.slots)
                message = m.Resources(slots=session.slots, memory=min(max(memory, 0), self._bounds.memory))
            case _:
                pass
        event = FROM_VOLUNTEER[type(message)](session.peer, message)
        if event is not None:
            self.feed(event)

    def _show_output(self, session: Session, said: m.Output) -> None:
        job = session.running.get((said.task, said.attempt), "")
        facts = self._jobs.get(job)
        driver = self.sessions.get(self._drivers.get(facts.application, "")) if facts is not None else None
        if driver is None:
            return
        full = driver.outbox.size > self._bounds.driver_output_bytes
        shown = output_for_driver(session, said, job, 0 if full else self._bounds.output_bytes)
        if shown is not None:
            driver.tell(shown)

    # --- what drivers ask -------------------------------------------------------------------------------------------

    def from_driver(self, session: Session, message: m.Message) -> None:
        """A message of a driver's, pings apart. What may not be is answered by `Refused`; the session goes on."""
        if self.sessions.get(session.peer) is not session:
            return
        session.heard.messages += 1
        match message:
            case m.Signal():
                self._signalling.forward(session, message)
            case m.ListJobs(request=request):
                session.tell(m.Jobs(request=request, jobs=tuple(self.scheduler.report())))
            case m.Submit() if not session.watches:
                self._submit(session, message)
            case m.Watch(request=request, job=job) if session.watches or self._has_notebook(session):
                self.feed(events.JobWatched(peer=session.peer, request=request, job=job))
            case m.SaveCells() if self._has_notebook(session):
                session.tell(self.notebook.save(message))
            case m.SetInvitation() | m.RotateInvite() | m.RevokeInvite():
                for volunteer in self.invites.take(session, message):
                    self.leave(volunteer, "its invite link was revoked")
                    volunteer.close(CloseCode.UNAUTHENTICATED, "the invite link was revoked", drop=True)
            case m.Observe(job=job):
                self._observers.observe(session, job)
            case m.Unobserve():
                self._observers.leave(session)
            case m.CancelJob(job=job) if self._is_of(session, job) or session.kind == "cli":
                self.feed(events.JobCancelled(job=job, peer=session.peer))
            case m.Fetched(job=job) if self._is_of(session, job):
                self.feed(events.ResultsFetched(peer=session.peer, job=job))
            case m.ResultMissing(job=job) if self._is_of(session, job):
                self.feed(
                    events.ResultMissing(
                        peer=session.peer, job=job, block=message.block, holder=message.holder, corrupt=message.corrupt
                    )
                )
            case m.Release(nodes=nodes) if session.drives:
                self.feed(events.NodesReleased(application=session.application, nodes=nodes))
            case m.Unpersist(node=node) if session.drives:
                self.feed(events.NodeUnpersisted(application=session.application, node=node))
            case m.BytesMoved(application=application, direct=direct) if application == session.application:
                self.feed(events.BytesMoved(application=application, direct=max(0, direct)))
            case m.StopApplication(keep_results=True) if session.drives:
                self.feed(events.ProgramEnded(peer=session.peer, application=session.application))
            case m.StopApplication(keep_results=False) if session.application:
                self.feed(events.ApplicationStopped(application=session.application))
                self._code.drop(session.application)
            case _:
                session.tell(m.Refused(code="not_allowed", reason="that job or application is not this driver's"))

    def _is_of(self, session: Session, job: str) -> bool:
        facts = self._jobs.get(job)
        return facts is not None and facts.application == session.application

    def _has_notebook(self, session: Session) -> bool:
        return session.drives and session.kind == "console" and session.application == self.notebook.application

    def _submit(self, session: Session, submit: m.Submit) -> None:
        plan = submit.plan
        try:
            if not session.application or plan.application != session.application:
                raise PlanRefused("the plan is of another application than this session's")
            here = {peer.application for peer in self.sessions.values()} | self.scheduler.busy_applications()
            code = self._code.add(plan.application, submit.code, here)
            if missing := code.missing(code_names(plan)):
                raise PlanRefused(f"the code of {len(missing)} functions was not sent, such as {missing[0][:40]!r}")
        except PlanRefused as refused:
            session.tell(m.Refused(request=submit.request, code=type(refused).__name__, reason=str(refused)))
            return
        if self._has_notebook(session):
            self.notebook.note(submit)
        self._submitting = submit
        self.feed(events.JobSubmitted(peer=session.peer, request=submit.request, plan=plan, keep=submit.keep))
        self._submitting = None


def fresh_application() -> str:
    """The id of an application that was never there."""
    return "a" + secrets.token_hex(4)
