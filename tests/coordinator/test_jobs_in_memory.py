"""Whole jobs through the coordinator, by scripted peers over memory: every message, no socket."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections import Counter
from collections.abc import AsyncIterator

from tests.coordinator.in_memory import Place, place, until
from tests.coordinator.scripted_volunteer import ScriptedVolunteer, word_count_plan

from tabswarm.coordinator.bounds import Bounds
from tabswarm.transport.connection import ConnectionLost
from tabswarm.transport.relay import Relay
from tabswarm.transport.session import Session
from tabswarm.transport.transfers import Ask
from tabswarm.wire.blocks import Wanted
from tabswarm.wire.messages import (
    Accepted,
    CancelJob,
    Fetched,
    JobDone,
    JobFailed,
    JobInfo,
    Jobs,
    ListJobs,
    Refused,
    ResultsReady,
    StopApplication,
    Submit,
    TaskOutput,
    ToDriver,
    Volunteers,
)

TEXTS = [b"to be or not to be", b"that is the question", b"be that as it may", b""]
EXPECTED = Counter(b" ".join(TEXTS).decode().split())


@contextlib.asynccontextmanager
async def volunteers(here: Place, count: int, prints: str = "") -> AsyncIterator[list[ScriptedVolunteer]]:
    """So many scripted volunteers, each with a relay socket, at work until the end."""
    scripted = []
    tasks = []
    for number in range(count):
        session = await here.volunteer(f"number {number}")
        volunteer = ScriptedVolunteer(session, prints=prints)
        volunteer.relay = await here.relay(session, volunteer.lookup)
        scripted.append(volunteer)
        tasks.append(asyncio.create_task(volunteer.run()))
    try:
        yield scripted
    finally:
        for task in tasks:
            task.cancel()
        for ended in await asyncio.gather(*tasks, return_exceptions=True):
            assert isinstance(ended, asyncio.CancelledError | ConnectionLost), ended
        for volunteer in scripted:
            assert volunteer.relay is not None
            await volunteer.relay.close()
            await volunteer.session.close()


async def submit(driver: Session[ToDriver], reducers: int = 3) -> str:
    plan = word_count_plan(driver.welcome.application, TEXTS, reducers)
    await driver.send(Submit(request=1, plan=plan, code={"f1": b"opaque"}))
    return (await until(driver, Accepted)).job


async def collect(driver: Session[ToDriver], relay: Relay, job: str) -> Counter[str]:
    """Wait for the job's end, and fetch its targets."""
    total: Counter[str] = Counter()
    while True:
        message = await driver.receive()
        assert not isinstance(message, JobFailed | Refused), message
        if isinstance(message, ResultsReady):
            for result in message.results:
                ask = Ask(Wanted(result.location.block), result.location.size)
                (got,) = await relay.fetch(result.location.holders[0], [ask])
                total += Counter(json.loads(got.data))
        if isinstance(message, JobDone):
            assert message.job == job
            return total


async def test_a_word_count_runs_from_submit_to_the_fetched_results() -> None:
    async with place() as here, volunteers(here, 2) as workers:
        driver = await here.driver()
        relay = await here.relay(driver)
        assert await collect(driver, relay, await submit(driver)) == EXPECTED
        ran = sorted(vertex for worker in workers for vertex in worker.ran)
        assert ran == sorted([(node, p) for node in (1, 2) for p in range(4)] + [(4, p) for p in range(3)])
        await relay.close()


async def test_the_ledger_is_told_by_list_jobs_with_the_bytes_that_were_relayed() -> None:
    async with place(Bounds(pulse_seconds=0.01)) as here, volunteers(here, 2):
        driver = await here.driver()
        relay = await here.relay(driver)
        job = await submit(driver)
        await collect(driver, relay, job)
        while True:
            await driver.send(ListJobs(request=7))
            answer = await until(driver, Jobs)
            assert answer.request == 7
            (report,) = answer.jobs
            if report.bytes.relayed:
                break
        assert (report.id, report.state, report.done) == (job, "done", report.total)
        assert {node.id: node.first for node in report.nodes} == {1: 4, 2: 4, 4: 3}
        await relay.close()


async def test_volunteers_get_code_and_a_word_about_the_job_before_its_first_task() -> None:
    async with place() as here:
        volunteer = await here.volunteer()
        driver = await here.driver()
        job = await submit(driver)
        seen = []
        while "Assign" not in seen:
            message = await volunteer.receive()
            seen.append(type(message).__name__)
            if isinstance(message, JobInfo):
                assert (message.job, message.action) == (job, "collect")
        assert seen.index("Code") < seen.index("Assign") and seen.index("JobInfo") < seen.index("Assign")


async def test_what_a_task_prints_reaches_its_driver_and_is_capped() -> None:
    async with place(Bounds(output_bytes=4)) as here, volunteers(here, 1, prints="abcdefg"):
        driver = await here.driver()
        await submit(driver)
        said = await until(driver, TaskOutput)
        assert (said.text, said.dropped, said.stream) == ("abcd", 3, "stdout")


async def test_a_volunteer_that_leaves_in_mid_job_gives_its_tasks_back() -> None:
    async with place() as here:
        leaver = await here.volunteer()
        driver = await here.driver()
        relay = await here.relay(driver)
        job = await submit(driver)
        await until_assigned(leaver)
        async with volunteers(here, 1):
            await leaver.close()
            assert await collect(driver, relay, job) == EXPECTED
        await relay.close()


async def until_assigned(session: object) -> None:
    from tabswarm.wire.messages import Assign

    assert isinstance(session, Session)
    await until(session, Assign)


async def test_drivers_are_told_who_is_here_and_when_that_changes() -> None:
    async with place(Bounds(pulse_seconds=0.01)) as here:
        driver = await here.driver()
        assert (await until(driver, Volunteers)).volunteers == ()
        await here.volunteer("Ada", slots=3)
        while not (told := await until(driver, Volunteers)).volunteers:
            pass  # a pulse came before Ada did
        assert [volunteer.name for volunteer in told.volunteers] == ["Ada"] and told.slots == 3


async def test_a_driver_takes_its_application_up_again_and_hears_of_its_job() -> None:
    async with place() as here:
        driver = await here.driver()
        job = await submit(driver)
        first = driver.welcome
        await driver.close()
        async with volunteers(here, 1):
            again = await here.driver(resume=first.resume)
            assert (again.welcome.peer, again.welcome.application) == (first.peer, first.application)
            relay = await here.relay(again)
            assert await collect(again, relay, job) == EXPECTED
            await relay.close()


async def test_a_plan_of_another_application_is_refused() -> None:
    async with place() as here:
        mine, other = await here.driver(), await here.driver()
        plan = word_count_plan(other.welcome.application, TEXTS, 1)
        await mine.send(Submit(request=5, plan=plan, code={"f1": b""}))
        refused = await until(mine, Refused)
        assert (refused.request, refused.code) == (5, "PlanRefused")


async def test_a_plan_whose_code_was_not_sent_is_refused() -> None:
    async with place() as here:
        driver = await here.driver()
        plan = word_count_plan(driver.welcome.application, TEXTS, 1)
        await driver.send(Submit(request=5, plan=plan, code={}))
        assert "'f1'" in (await until(driver, Refused)).reason


async def test_code_over_its_cap_is_refused_and_the_session_goes_on() -> None:
    async with place(Bounds(code_bytes=10)) as here:
        driver = await here.driver()
        plan = word_count_plan(driver.welcome.application, TEXTS, 1)
        await driver.send(Submit(request=5, plan=plan, code={"f1": b"eleven byte"}))
        assert "11 bytes" in (await until(driver, Refused)).reason
        await driver.send(Submit(request=6, plan=plan, code={"f1": b"ten  bytes"}))
        assert (await until(driver, Accepted)).request == 6


async def test_the_job_of_another_application_cannot_be_cancelled_or_fetched() -> None:
    async with place() as here:
        mine, other = await here.driver(), await here.driver()
        job = await submit(mine)
        for message in (CancelJob(job=job), Fetched(job=job), CancelJob(job="no such job")):
            await other.send(message)
            assert (await until(other, Refused)).code == "not_allowed"
        await other.send(StopApplication())
        async with volunteers(here, 1):
            await until(mine, JobDone)


async def test_a_stopped_application_lets_go_of_its_code() -> None:
    async with place(Bounds(applications=1)) as here:
        first, second = await here.driver(), await here.driver()
        await submit(first)
        plan = word_count_plan(second.welcome.application, TEXTS, 1)
        await second.send(Submit(request=1, plan=plan, code={"f1": b""}))
        assert "applications already" in (await until(second, Refused)).reason
        await first.send(StopApplication())
        await until(first, JobFailed)
        await second.send(Submit(request=2, plan=plan, code={"f1": b""}))
        await until(second, Accepted)


async def test_a_driver_that_comes_back_after_the_job_ended_is_told_its_results() -> None:
    async with place() as here, volunteers(here, 1):
        driver, watcher = await here.driver(), await here.driver()
        job = await submit(driver)
        await driver.close()
        while True:
            await watcher.send(ListJobs(request=1))
            if (await until(watcher, Jobs)).jobs[0].state == "done":
                break
        again = await here.driver(resume=driver.welcome.resume)
        relay = await here.relay(again)
        assert await collect(again, relay, job) == EXPECTED
        await relay.close()
