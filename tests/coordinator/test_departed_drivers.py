"""A driver leaves, dies, is replaced or looked at: what the coordinator makes of its sessions."""

from __future__ import annotations

import msgspec
import pytest
from tests.coordinator.in_memory import Place, hello, lost, place, settle, until
from tests.coordinator.scripted_volunteer import word_count_plan
from tests.coordinator.test_jobs_in_memory import EXPECTED, TEXTS, collect, submit, volunteers

from tabswarm.coordinator.bounds import Bounds
from tabswarm.errors import UnknownApplication
from tabswarm.plan.finish import Reduced
from tabswarm.plan.operators import CodeRef
from tabswarm.transport.session import Session, open_driver_session
from tabswarm.wire import messages as m


async def another(here: Place, application: str, *, watch: bool = False) -> Session[m.ToDriver]:
    """A further session of a driver, which names an application."""
    told = msgspec.structs.replace(hello(here.secret, "driver", kind="library"), application=application, watch=watch)
    return await open_driver_session(await here.knock(), told)


async def test_a_new_session_of_an_application_takes_over_and_the_old_one_is_told_so() -> None:
    async with place() as here, volunteers(here, 1):
        old = await here.driver()
        job = await submit(old)
        new = await another(here, old.welcome.application)
        gone = await lost(old.receive)
        assert (gone.code, "session replaced" in gone.reason) == (4409, True)
        assert new.welcome.application == old.welcome.application
        assert new.welcome.peer != old.welcome.peer
        relay = await here.relay(new)
        assert await collect(new, relay, job) == EXPECTED
        await relay.close()


async def test_the_new_session_goes_on_with_the_applications_own_jobs() -> None:
    async with place() as here, volunteers(here, 1):
        old = await here.driver()
        await submit(old)
        new = await another(here, old.welcome.application)
        plan = word_count_plan(new.welcome.application, TEXTS, 2)
        await new.send(m.Submit(request=9, plan=plan, code={}))
        assert (await until(new, m.Accepted)).request == 9


@pytest.mark.parametrize("watch", [False, True])
async def test_an_application_that_is_not_there_is_said_in_a_line(watch: bool) -> None:
    async with place() as here:
        with pytest.raises(UnknownApplication, match="no application 'a0' in this swarm"):
            await another(here, "a0", watch=watch)
        other = here.coordinator.create_swarm("another")
        driver = await here.driver()
        here.coordinator.swarm(other)
        assert not here.coordinator.swarm(other).scheduler.has_application(driver.welcome.application)


async def test_a_watcher_is_told_all_and_takes_nothing_from_the_driver() -> None:
    async with place() as here, volunteers(here, 1):
        driver = await here.driver()
        job = await submit(driver)
        watchers = [await another(here, driver.welcome.application, watch=True) for _ in range(2)]
        for watcher in watchers:
            await watcher.send(m.Watch(request=3, job=job))
            told = await until(watcher, m.Watched)
            assert (told.job, told.action, told.partitions) == (job, "collect", (0, 1, 2))
            relay = await here.relay(watcher)
            assert await collect(watcher, relay, job) == EXPECTED
            await relay.close()
        relay = await here.relay(driver)
        assert await collect(driver, relay, job) == EXPECTED
        await relay.close()


async def test_results_that_somebody_still_watches_stay_after_the_driver_has_them() -> None:
    async with place() as here, volunteers(here, 1):
        driver = await here.driver()
        job = await submit(driver)
        watcher = await another(here, driver.welcome.application, watch=True)
        await watcher.send(m.Watch(request=3, job=job))
        await until(watcher, m.Watched)
        relays = [await here.relay(driver), await here.relay(watcher)]
        for session, relay in zip((driver, watcher), relays):
            assert await collect(session, relay, job) == EXPECTED
            await session.send(m.Fetched(job=job))
            await relay.close()
        state = here.coordinator.swarm(here.swarm).scheduler.state  # type: ignore[attr-defined]
        while state.jobs:
            await settle()


@pytest.mark.parametrize(
    "message",
    [
        m.Submit(request=1, plan=word_count_plan("a1", TEXTS, 2), code={}),
        m.Release(nodes=(1,)),
        m.Unpersist(node=1),
        m.StopApplication(keep_results=True),
    ],
    ids=lambda message: type(message).__name__,
)
async def test_a_watcher_may_not_do_what_only_the_driver_may(message: m.Message) -> None:
    async with place() as here:
        driver = await here.driver()
        watcher = await another(here, driver.welcome.application, watch=True)
        await watcher.send(message)
        assert (await until(watcher, m.Refused)).code == "not_allowed"


async def test_a_driver_that_watches_nothing_may_not_watch() -> None:
    async with place() as here:
        driver = await here.driver()
        await driver.send(m.Watch(request=1, job="j1"))
        assert (await until(driver, m.Refused)).code == "not_allowed"


async def test_a_watcher_gets_the_code_that_finishes_the_action_and_no_other() -> None:
    async with place() as here:
        driver = await here.driver()
        plan = word_count_plan(driver.welcome.application, TEXTS, 2)
        plan = msgspec.structs.replace(plan, finish=Reduced(CodeRef("f9", ("f9",))))
        await driver.send(m.Submit(request=1, plan=plan, code={"f1": b"tasks", "f9": b"finish"}))
        job = (await until(driver, m.Accepted)).job
        watcher = await another(here, driver.welcome.application, watch=True)
        await watcher.send(m.Watch(request=1, job=job))
        assert (await until(watcher, m.Watched)).code == {"f9": b"finish"}


async def test_a_plan_whose_finishing_code_was_not_sent_is_refused() -> None:
    async with place() as here:
        driver = await here.driver()
        plan = word_count_plan(driver.welcome.application, TEXTS, 2)
        plan = msgspec.structs.replace(plan, finish=Reduced(CodeRef("f9", ("f9",))))
        await driver.send(m.Submit(request=1, plan=plan, code={"f1": b"tasks"}))
        assert "f9" in (await until(driver, m.Refused)).reason


async def test_an_application_goes_when_its_results_were_kept_for_long_enough() -> None:
    async with place(Bounds(results_seconds=0.05)) as here, volunteers(here, 1):
        driver = await here.driver()
        relay = await here.relay(driver)
        assert await collect(driver, relay, await submit(driver)) == EXPECTED
        application = driver.welcome.application
        await relay.close()
        await driver.close()
        scheduler = here.coordinator.swarm(here.swarm).scheduler
        while scheduler.has_application(application):
            await settle()
        with pytest.raises(UnknownApplication):
            await another(here, application, watch=True)


async def test_the_code_of_a_job_without_a_driver_is_not_forgotten_for_others() -> None:
    async with place(Bounds(applications=1)) as here:
        driver = await here.driver()
        await submit(driver)
        await driver.close()
        await settle()
        other = await here.driver()
        plan = word_count_plan(other.welcome.application, TEXTS, 2)
        await other.send(m.Submit(request=1, plan=plan, code={"f1": b"opaque"}))
        assert "no room" in (await until(other, m.Refused)).reason
