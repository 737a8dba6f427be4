"""What a page is told of the program that asks for its device: bounded text, in time, and not too often."""

from __future__ import annotations

import msgspec
from tests.coordinator.in_memory import Place, hello, place, settle, until
from tests.coordinator.test_jobs_in_memory import TEXTS, submit, volunteers
from tests.wire.write_vectors import PLAN

from tabswarm.coordinator.about import LINES, NAME, SOURCE, about
from tabswarm.coordinator.bounds import Bounds
from tabswarm.plan.lineage import Node, SourceBlock
from tabswarm.plan.operators import CodeRef, Map, Parallelize
from tabswarm.transport.session import Session, open_volunteer_session
from tabswarm.wire import messages as m

QUICK = Bounds(pulse_seconds=0.005, about_seconds=0.0)


async def tab(here: Place, slots: int = 0) -> Session[m.ToVolunteer]:
    return await open_volunteer_session(await here.knock(), hello(here.invite, "volunteer", kind="tab", slots=slots))


async def test_a_page_that_comes_before_any_job_is_told_so() -> None:
    async with place() as here:
        assert await until(await tab(here), m.About) == m.About()


async def test_a_page_is_told_of_the_job_that_runs_and_of_its_end() -> None:
    async with place(QUICK) as here:
        page = await tab(here)
        driver = await here.driver()
        job = await submit(driver)
        while not (told := await until(page, m.About)).running:
            pass
        assert (told.job, told.action, told.application) == (job, "collect", driver.welcome.application)
        assert told.tasks > 0 and told.source_bytes == sum(map(len, TEXTS))
        assert [line.name for line in told.code] == ["flatMap", "reduceByKey"]
        later = await tab(here)
        assert (await until(later, m.About)).job == job
        async with volunteers(here, 1):
            while (told := await until(page, m.About)).running:
                assert told.job == job
        assert (told.job, told.tasks) == (job, 0)


async def test_who_has_started_hears_of_a_new_job_and_not_of_every_task() -> None:
    async with place(QUICK) as here, volunteers(here, 1):
        page = await tab(here)
        here.coordinator.swarm(here.swarm).sessions[page.welcome.peer].slots = 1  # the scheduler gives it no task
        await until(page, m.About)
        driver = await here.driver()
        await submit(driver)
        heard: list[m.About] = []
        while not heard or heard[-1].running or not heard[-1].job:
            heard.append(await until(page, m.About))
        assert len(heard) <= 2


async def test_others_than_pages_are_told_nothing() -> None:
    async with place(QUICK) as here:
        native, page = await here.volunteer(), await tab(here)
        await until(page, m.About)
        await settle()
        await native.send(m.Ping(number=5))
        while not isinstance(message := await native.receive(), m.Pong):
            assert not isinstance(message, m.About)


def test_what_a_plan_says_is_cut_to_size() -> None:
    long = "x" * 10_000
    nodes = tuple(
        Node(id=number, operator=Map(CodeRef("f", ("f",))), partitions=1, name=long, call_site=f"{number}{long}",
             code=long)
        for number in range(LINES + 5)
    )  # fmt: skip
    plan = msgspec.structs.replace(PLAN, nodes=nodes, sources={1: (SourceBlock(-(2**60)), SourceBlock(3))}, action=long)
    told = about("j1", plan, long)
    assert (len(told.code), told.more_code, told.source_bytes) == (LINES, 5, 3)
    assert {len(line.source) for line in told.code} == {SOURCE}
    assert max(len(told.name), len(told.action), *(len(line.name) for line in told.code)) == NAME
    assert len(msgspec.msgpack.encode(told)) < 32 * 1024


def test_only_steps_with_a_function_of_the_programs_are_told_each_line_once() -> None:
    ref = CodeRef("f", ("f",))
    nodes = (
        Node(id=1, operator=Parallelize(), partitions=1, name="parallelize", call_site="a.py:1"),
        Node(id=2, operator=Map(ref), partitions=1, name="map", call_site="a.py:2", code="rdd.map(f)"),
        Node(id=3, operator=Map(ref), partitions=1, name="map", call_site="a.py:2", code="rdd.map(f)"),
    )
    told = about("j1", msgspec.structs.replace(PLAN, nodes=nodes), "a.py")
    assert told.code == (m.CodeLine("map", "a.py:2", "rdd.map(f)"),)
