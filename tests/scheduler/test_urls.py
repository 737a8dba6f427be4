"""A URL that cannot be fetched: who tries next, and when the job ends."""

from __future__ import annotations

from tabswarm.plan.lineage import Node, Plan, SourceBlock
from tabswarm.plan.operators import Fetch
from tabswarm.plan.task import Failure, FailureKind, TaskSpec, UrlSource
from tabswarm.scheduler import commands, events
from tabswarm.scheduler.invariants import check_invariants
from tabswarm.scheduler.scheduler import Scheduler

URL = "https://data.example/"


class Swarm:
    """Volunteers of one slot, and a job of one URL."""

    def __init__(self, **kinds: str) -> None:
        self.scheduler = Scheduler()
        self.holder = ""
        self.spec: TaskSpec | None = None
        self.ended: commands.TellFailed | None = None
        for peer, kind in kinds.items():
            self.handle(events.VolunteerJoined(peer=peer, kind=kind, name=peer, slots=1, memory=1, python="3.14"))
        node = Node(id=1, operator=Fetch(), partitions=1, name="multiGet", call_site="job.py:3")
        sources: dict[int, tuple[SourceBlock, ...]] = {1: (SourceBlock(0, url=URL),)}
        plan = Plan(application="a1", nodes=(node,), target=1, partitions=(0,), sources=sources)
        self.handle(events.DriverJoined(peer="d1", application="a1"))
        self.handle(events.JobSubmitted(peer="d1", request=1, plan=plan))

    def handle(self, event: events.Event) -> None:
        for command in self.scheduler.handle(event):
            if isinstance(command, commands.AssignTask):
                self.holder, self.spec = command.peer, command.spec
                assert command.locations == ()
            elif isinstance(command, commands.TellFailed):
                self.ended = command
        check_invariants(self.scheduler)

    def fail(self, kind: FailureKind) -> str:
        """The one who has the task fails; gives who has it next."""
        assert self.spec is not None
        failure = Failure(kind=kind, message=f"{URL} could not be fetched: 404", node=1, partition=0)
        peer, spec, self.holder, self.spec = self.holder, self.spec, "", None
        self.handle(events.TaskFailed(peer=peer, task=spec.task, attempt=spec.attempt, failure=failure))
        return self.holder


def test_a_task_is_told_its_url_and_waits_for_no_driver() -> None:
    swarm = Swarm(v1="tab")
    assert swarm.spec is not None
    (source,) = swarm.spec.sources
    assert isinstance(source, UrlSource) and source.url == URL


def test_each_volunteer_tries_once_and_then_the_job_ends_and_says_why() -> None:
    swarm = Swarm(v1="tab", v2="native")
    first = swarm.holder
    second = swarm.fail(FailureKind.URL_UNAVAILABLE)
    assert {first, second} == {"v1", "v2"}
    assert swarm.fail(FailureKind.URL_UNAVAILABLE) == ""
    assert swarm.ended is not None
    assert swarm.ended.error == "UrlUnavailable"
    assert swarm.ended.reason == (
        f"multiGet at job.py:3, partition 0: {URL} could not be fetched: 404 (tried on 2 volunteers)"
    )


def test_of_many_volunteers_four_try() -> None:
    swarm = Swarm(**{f"v{number}": "tab" for number in range(9)})
    tried = [swarm.holder]
    while next_one := swarm.fail(FailureKind.URL_UNAVAILABLE):
        tried.append(next_one)
    assert len(tried) == len(set(tried)) == 4


def test_a_url_that_is_closed_to_tabs_goes_to_no_further_tab() -> None:
    tabs = {f"v{number}": "tab" for number in range(9)}
    swarm = Swarm(**tabs, native="native")
    if swarm.holder != "native":
        assert swarm.fail(FailureKind.URL_CLOSED_TO_TABS) == "native"
    swarm = Swarm(**tabs)
    assert swarm.fail(FailureKind.URL_CLOSED_TO_TABS) == ""
    assert swarm.ended is not None and "(tried on 1 volunteer)" in swarm.ended.reason
