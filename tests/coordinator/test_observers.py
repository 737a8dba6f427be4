"""Whoever looks on hears of everything once, four times a second at most, and of nothing while nothing happens."""

from __future__ import annotations

import pytest
from tests.coordinator.follower import Follower
from tests.coordinator.in_memory import Place, place, settle, until
from tests.coordinator.test_jobs_in_memory import submit, volunteers

from tabswarm.coordinator import observers
from tabswarm.coordinator.observers import Observers
from tabswarm.plan.observation import AttemptReason, NodeState, Outcome
from tabswarm.scheduler import events
from tabswarm.scheduler.scheduler import Scheduler
from tabswarm.transport.session import Session
from tabswarm.wire.messages import Fetched, JobDone, Message, Observation, Observe, Ping, Pong, ToDriver, Unobserve


class Eye:
    """An observer's session that keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[Observation] = []
        self.unread = 0

    def tell(self, message: Message) -> None:
        assert isinstance(message, Observation)
        self.told.append(message)


class Rounds:
    """Observers of a scheduler of their own, to which volunteers come."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, interval: float) -> None:
        monkeypatch.setattr(observers, "INTERVAL", interval)
        self.scheduler = Scheduler()
        self.looks = 0
        honest = self.scheduler.look

        def look() -> object:
            self.looks += 1
            return honest()

        monkeypatch.setattr(self.scheduler, "look", look)
        self.observers = Observers(self.scheduler, lambda: 7)
        self.eye = Eye()

    def volunteer(self, name: str) -> None:
        self.scheduler.handle(
            events.VolunteerJoined(peer=name, kind="tab", name=name, slots=1, memory=1, python="3.14")
        )
        self.observers.touch()


async def test_nobody_looks_while_nobody_observes(monkeypatch: pytest.MonkeyPatch) -> None:
    rounds = Rounds(monkeypatch, 0)
    rounds.volunteer("v1")
    await settle()
    assert rounds.looks == 0
    rounds.observers.observe(rounds.eye, "")
    await settle()
    assert rounds.looks == 1
    rounds.observers.leave(rounds.eye)
    rounds.volunteer("v2")
    await settle()
    assert rounds.looks == 1 and len(rounds.eye.told) == 1


async def test_the_first_observation_is_whole_and_comes_at_once_and_the_next_ones_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rounds = Rounds(monkeypatch, 3600)
    rounds.volunteer("v1")
    rounds.observers.observe(rounds.eye, "")
    await settle()
    (first,) = rounds.eye.told
    assert first.fresh and first.now == 7 and [volunteer.id for volunteer in first.volunteers] == ["v1"]
    for number in range(100):
        rounds.volunteer(f"v{number + 2}")
        await settle()
    assert len(rounds.eye.told) == 1
    rounds.observers.close()


async def test_a_burst_is_told_once_and_only_what_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    rounds = Rounds(monkeypatch, 0)
    rounds.volunteer("v1")
    rounds.observers.observe(rounds.eye, "")
    await settle()
    for number in range(100):
        rounds.volunteer(f"v{number + 2}")
    rounds.scheduler.handle(events.VolunteerLeft(peer="v1"))
    await settle()
    _, second = rounds.eye.told
    assert not second.fresh and len(second.volunteers) == 100 and second.gone == ("v1",)


async def test_what_changes_nothing_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    rounds = Rounds(monkeypatch, 0)
    rounds.observers.observe(rounds.eye, "")
    await settle()
    rounds.scheduler.handle(events.Tick(now=1000))
    rounds.observers.touch()
    await settle()
    assert rounds.looks == 2 and len(rounds.eye.told) == 1


async def test_who_does_not_read_misses_rounds_and_no_change(monkeypatch: pytest.MonkeyPatch) -> None:
    rounds = Rounds(monkeypatch, 0)
    rounds.observers.observe(rounds.eye, "")
    await settle()
    rounds.eye.unread = observers.UNREAD
    for name in ("v1", "v2"):
        rounds.volunteer(name)
        await settle()
    assert len(rounds.eye.told) == 1
    rounds.eye.unread = 0
    await settle()
    assert [volunteer.id for volunteer in rounds.eye.told[1].volunteers] == ["v1", "v2"]


async def follow(session: Session[ToDriver], follower: Follower, job: str) -> None:
    """Listen until the job is over and all of it was told."""
    while job not in follower.jobs or follower.jobs[job].state == "running" or not follower.attempts:
        follower.hear(await until(session, Observation))


async def looking(here: Place, job: str) -> Follower:
    """What a console sees that looks at a job now for the first time."""
    console, follower = await here.driver(kind="console"), Follower()
    await console.send(Observe(job=job))
    await follow(console, follower, job)
    await console.close()
    return follower


async def test_a_console_sees_another_programs_job_while_it_runs_and_when_it_is_over() -> None:
    async with place() as here, volunteers(here, 2):
        console, follower = await here.driver(kind="console"), Follower()
        await console.send(Observe(job="j1"))
        follower.hear(await until(console, Observation))
        assert follower.job == "" and len(follower.volunteers) == 2
        driver = await here.driver()
        job = await submit(driver)
        await follow(console, follower, job)
        assert follower.job == job and all(stage.done == stage.tasks for stage in follower.jobs[job].stages)
        assert {attempt.outcome for attempt in follower.attempts.values()} == {Outcome.DONE}
        assert {attempt.reason for attempt in follower.attempts.values()} == {AttemptReason.FIRST}
        assert all(attempt.assigned <= attempt.started <= attempt.finished for attempt in follower.attempts.values())
        assert {node.state for node in follower.progress.values()} == {NodeState.DONE}
        assert sum(volunteer.done for volunteer in follower.volunteers.values()) == follower.jobs[job].done
        await until(driver, JobDone)
        await driver.send(Fetched(job=job))
        await driver.send(Ping(number=1))
        await until(driver, Pong)
        later = await looking(here, job)
        assert (later.attempts, later.nodes, later.progress) == (follower.attempts, follower.nodes, follower.progress)
        await driver.close()
        await console.close()


async def test_who_looks_no_more_hears_nothing_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(observers, "INTERVAL", 0)
    async with place() as here:
        console = await here.driver(kind="console")
        await console.send(Observe())
        assert (await until(console, Observation)).fresh
        await console.send(Unobserve())
        await console.send(Ping(number=1))
        await until(console, Pong)
        volunteer = await here.volunteer("late")
        await settle()
        await console.send(Ping(number=2))
        while not isinstance(message := await console.receive(), Pong):
            assert not isinstance(message, Observation)
        await volunteer.close()
        await console.close()
