"""The notebook stays with its swarm: its console takes over, finds the cells again, and watches what ran meanwhile."""

from __future__ import annotations

import msgspec
import pytest
from tests.coordinator.in_memory import Place, lost, place, settle, until
from tests.coordinator.scripted_volunteer import word_count_plan
from tests.coordinator.test_departed_drivers import another
from tests.coordinator.test_jobs_in_memory import EXPECTED, TEXTS, collect, volunteers

from tabswarm.coordinator.bounds import Bounds
from tabswarm.coordinator.notebook import NotebookStore
from tabswarm.errors import ConnectionRefused, UnknownApplication
from tabswarm.transport.session import Session
from tabswarm.wire import console_messages as limits
from tabswarm.wire import messages as m


async def console(here: Place, resume: str = "") -> Session[m.ToDriver]:
    return await here.driver(kind="console", application=limits.NOTEBOOK, resume=resume)


async def submit_kept(driver: Session[m.ToDriver], request: int = 1) -> str:
    plan = word_count_plan(driver.welcome.application, TEXTS, 3)
    await driver.send(m.Submit(request=request, plan=plan, code={"f1": b"opaque"}, keep=True))
    return (await until(driver, m.Accepted)).job


async def test_a_console_is_told_the_invitation_and_the_notebook_first() -> None:
    async with place() as here:
        opened = await console(here)
        assert isinstance(await opened.receive(), m.Invitation)
        assert await opened.receive() == m.Notebook(cells=(), next_node=0, next_request=1)


async def test_a_second_console_takes_over_and_the_first_is_told_so() -> None:
    async with place() as here:
        first = await console(here)
        second = await console(here)
        gone = await lost(first.receive)
        assert (gone.code, "took over" in gone.reason) == (4419, True)
        assert second.welcome.application == first.welcome.application
        third = await console(here)  # whoever opens it takes it, the first one's person too
        assert (await lost(second.receive)).code == 4419
        assert third.welcome.application == first.welcome.application


async def test_a_console_that_was_away_when_another_one_took_over_does_not_take_the_notebook_back() -> None:
    async with place() as here:
        away = await console(here)
        await away.close()
        back = await console(here, resume=away.welcome.resume)  # nobody had it meanwhile
        assert back.welcome.peer == away.welcome.peer
        await back.close()
        here_now = await console(here)
        with pytest.raises(ConnectionRefused, match="another console was opened meanwhile"):
            await console(here, resume=back.welcome.resume)
        await here_now.send(m.ListJobs(request=1))
        assert (await until(here_now, m.Jobs)).request == 1


async def test_a_program_keeps_its_own_application_beside_the_notebooks() -> None:
    async with place() as here:
        opened = await console(here)
        program = await here.driver()
        assert program.welcome.application != opened.welcome.application
        await program.send(m.SaveCells(request=1, cells=(), order=()))
        assert (await until(program, m.Refused)).code == "not_allowed"
        with pytest.raises(UnknownApplication, match="only a console drives the notebook"):
            await another(here, limits.NOTEBOOK)


async def test_others_may_watch_the_notebook_by_its_name() -> None:
    async with place() as here:
        with pytest.raises(UnknownApplication):
            await another(here, limits.NOTEBOOK, watch=True)
        opened = await console(here)
        watcher = await another(here, limits.NOTEBOOK, watch=True)
        assert watcher.welcome.application == opened.welcome.application and opened.lost is None


async def test_cells_are_found_by_the_next_console_in_their_order() -> None:
    async with place() as here:
        first = await console(here)
        cells = tuple(m.Cell(id=f"c{number}", source=f"print({number})") for number in range(3))
        await first.send(m.SaveCells(request=1, cells=cells, order=("c2", "c0", "c1")))
        assert await until(first, m.CellsSaved) == m.CellsSaved(request=1)
        changed = m.Cell(id="c0", source="1", outputs=b"\x00[]", actions=b"[]")
        await first.send(m.SaveCells(request=2, cells=(changed,), order=("c2", "c0")))
        await until(first, m.CellsSaved)
        second = await console(here)
        assert (await until(second, m.Notebook)).cells == (cells[2], changed)


async def test_the_job_goes_on_and_its_result_is_watched_by_the_next_console() -> None:
    async with place() as here:
        first = await console(here)
        job = await submit_kept(first)
        await first.close()
        async with volunteers(here, 1):
            for _ in range(2):
                opened = await console(here)
                await opened.send(m.Watch(request=5, job=job))
                told = await until(opened, m.Watched)
                assert (told.job, told.request, told.action) == (job, 5, "collect")
                relay = await here.relay(opened)
                assert await collect(opened, relay, job) == EXPECTED
                await opened.send(m.Fetched(job=job))
                await relay.close()
                await opened.close()
                await settle()


async def test_a_result_that_is_gone_is_refused_by_name() -> None:
    async with place() as here:
        opened = await console(here)
        await opened.send(m.Watch(request=5, job="j77"))
        refused = await until(opened, m.Refused)
        assert (refused.code, refused.request) == ("ResultsGone", 5)


async def test_a_new_console_is_not_sent_again_what_it_did_not_ask_for() -> None:
    async with place() as here, volunteers(here, 1):
        first = await console(here)
        job = await submit_kept(first)
        relay = await here.relay(first)
        assert await collect(first, relay, job) == EXPECTED
        await relay.close()
        await first.send(m.Fetched(job=job))
        await settle()
        second = await console(here)
        await second.send(m.ListJobs(request=1))
        while not isinstance(message := await second.receive(), m.Jobs):
            assert not isinstance(message, m.ResultsReady | m.JobDone), message


async def test_numbers_of_nodes_and_requests_go_on_where_the_last_console_stopped() -> None:
    async with place() as here:
        first = await console(here)
        await submit_kept(first, request=7)
        plan = word_count_plan(first.welcome.application, TEXTS, 3)
        second = await console(here)
        told = await until(second, m.Notebook)
        assert told.next_request == 8
        assert told.next_node == 1 + max(node.id for node in plan.nodes)


async def test_the_cells_outlive_their_application() -> None:
    async with place(Bounds(results_seconds=0.05)) as here:
        first = await console(here)
        await first.send(m.SaveCells(request=1, cells=(m.Cell(id="c1", source="1"),), order=("c1",)))
        await until(first, m.CellsSaved)
        await first.close()
        scheduler = here.coordinator.swarm(here.swarm).scheduler
        while scheduler.has_application(first.welcome.application):
            await settle()
        second = await console(here, resume=first.welcome.resume)
        assert second.welcome.application != first.welcome.application
        assert [cell.id for cell in (await until(second, m.Notebook)).cells] == ["c1"]
        assert scheduler.has_application(second.welcome.application)


async def test_swarms_have_a_notebook_each() -> None:
    async with place() as here:
        opened = await console(here)
        other = here.coordinator.create_swarm("another")
        assert here.coordinator.swarm(other).notebook is not here.coordinator.swarm(here.swarm).notebook
        assert here.coordinator.swarm(other).notebook.application != opened.welcome.application


@pytest.mark.parametrize("number", [-(2**63), -1, 2**53, 2**64 - 1])
def test_numbers_that_no_console_draws_are_not_counted(number: int) -> None:
    store = NotebookStore()
    plan = word_count_plan("a1", TEXTS, 2)
    odd = msgspec.structs.replace(plan, sources={number: ()})
    store.note(m.Submit(request=number, plan=odd, code={}))
    assert store.told().next_request == 1
    assert store.told().next_node == 1 + max(node.id for node in plan.nodes)


def big(count: int, id: str = "c", **parts: bytes | str) -> tuple[m.Cell, ...]:
    return tuple(msgspec.structs.replace(m.Cell(id=f"{id}{number}", source=""), **parts) for number in range(count))


TOO_MUCH = [
    ("most 1000 cells", big(1001)),
    ("source of a cell may have 256 KiB", (m.Cell(id="c", source="é" * (limits.CELL_SOURCE_LIMIT // 2 + 1)),)),
    ("outputs of a cell may have 1024 KiB", big(1, outputs=bytes(limits.CELL_OUTPUTS_LIMIT + 1))),
    ("actions of a cell may have 256 KiB", big(1, actions=bytes(limits.CELL_ACTIONS_LIMIT + 1))),
    ("may have 16 MiB", big(17, outputs=bytes(limits.CELL_OUTPUTS_LIMIT))),
    ("1 to 64 characters", (m.Cell(id="", source=""),)),
    ("1 to 64 characters", (m.Cell(id="x" * 65, source=""),)),
]


@pytest.mark.parametrize(("why", "cells"), TOO_MUCH, ids=[why for why, _ in TOO_MUCH])
def test_what_goes_past_a_limit_is_refused_whole_and_nothing_is_lost(why: str, cells: tuple[m.Cell, ...]) -> None:
    store = NotebookStore()
    kept = m.Cell(id="kept", source="1")
    assert not store.save(m.SaveCells(request=1, cells=(kept,), order=("kept",))).refused
    said = m.SaveCells(request=2, cells=cells, order=("kept", *(cell.id for cell in cells)))
    assert why in store.save(said).refused
    assert store.told().cells == (kept,)


@pytest.mark.parametrize("order", [("a", "a"), ("a", "unknown")])
def test_an_order_names_each_cell_once_and_none_that_is_not_there(order: tuple[str, ...]) -> None:
    store = NotebookStore()
    said = m.SaveCells(request=1, cells=(m.Cell(id="a", source=""),), order=order)
    assert store.save(said).refused and store.told().cells == ()


def test_a_notebook_at_its_limits_is_kept() -> None:
    store = NotebookStore()
    full = big(15, outputs=bytes(limits.CELL_OUTPUTS_LIMIT)) + big(3, "s", source="x" * limits.CELL_SOURCE_LIMIT)
    for start in range(0, len(full), 5):
        order = tuple(cell.id for cell in full[: start + 5])
        assert not store.save(m.SaveCells(request=1, cells=full[start : start + 5], order=order)).refused
    assert len(msgspec.msgpack.encode(store.told())) < m.MESSAGE_LIMIT
