"""The console's page and its Python in real Chromium: what becomes of a cell when the page closes, when it is stopped,
and when another page has the notebook."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.end_to_end.console import open_console, put_cells, saved, texts
from tests.end_to_end.swarm import PATIENCE, Swarm, wait_until

from tabswarm.browsers import Browser, Page

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(600)]

KEPT_SOCKETS = """
    window.kept = [];
    window.WebSocket = class extends WebSocket {
        constructor(...given) { super(...given); window.kept.push(this); }
    };
"""
WAITS = "document.querySelector('.run-line progress') !== null"
"""A cell waits for a job, which is recorded by then."""
SQUARES = "answer = sc.parallelize(range(100), 4).map(lambda n: n * n).sum()\nprint('sum', answer)"
GATED = """
def slow(n):
    import os, time
    while not os.path.exists({gate!r}):
        time.sleep(0.05)
    return n * n

squares = sc.parallelize(range(40), 4).map(slow).collect()
print('last', squares[-1])
"""


async def test_a_page_closed_in_mid_job_finds_its_answer_and_nothing_is_computed_twice(
    swarm: Swarm, chromium: Browser, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    swarm.add_worker()
    await swarm.wait_for(bool)
    page = await open_console(chromium, swarm)
    await put_cells(page, GATED.format(gate=str(gate)))
    await page.click("#run-all", PATIENCE)
    await page.wait_for(WAITS, PATIENCE)
    await saved(page)
    (job,) = await swarm.jobs_now()
    await page.close()
    again = await open_console(chromium, swarm)
    await again.click("#run-all", PATIENCE)
    await again.wait_for(WAITS, PATIENCE)
    gate.touch()
    await _reaches(again, 0, "done")
    assert "last 1521" in "".join(await texts(again, ".cell"))
    (over,) = await swarm.jobs()
    assert over["id"] == job["id"]
    assert {node["first"] for node in over["nodes"]} <= {0, 4}
    assert all(node["recomputed"] == node["speculative"] == 0 for node in over["nodes"])
    await again.close()


async def test_a_connection_that_breaks_costs_a_waiting_cell_a_pause(
    swarm: Swarm, chromium: Browser, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    swarm.add_worker()
    await swarm.wait_for(bool)
    page = await chromium.open(swarm.driver_link, KEPT_SOCKETS)
    await page.wait_for("document.querySelector('#saved') !== null", PATIENCE)
    await put_cells(page, GATED.format(gate=str(gate)))
    await page.click("#run-all", PATIENCE)
    await page.wait_for(WAITS, PATIENCE)
    await page.evaluate("window.kept.splice(0).forEach((socket) => socket.close())")
    back = "window.kept.length >= 2 && window.kept.every(({ readyState }) => readyState === WebSocket.OPEN)"
    await page.wait_for(back, PATIENCE)
    gate.touch()
    await _reaches(page, 0, "done")
    assert "last 1521" in "".join(await texts(page, ".cell"))
    (over,) = await swarm.jobs()
    assert all(node["recomputed"] == node["speculative"] == 0 for node in over["nodes"])
    await page.close()


async def test_a_loop_without_an_end_is_stopped_and_the_variables_come_back(swarm: Swarm, chromium: Browser) -> None:
    tab = await swarm.add_tab(chromium)
    page = await open_console(chromium, swarm)
    await put_cells(page, SQUARES, "while True:\n    pass", "print('again', answer)")
    await page.click("#run-all", PATIENCE)
    await _reaches(page, 1, "running")
    await page.click("#stop", PATIENCE)
    await _reaches(page, 1, "stopped")
    await _run(page, 2)
    await _reaches(page, 2, "done")
    assert "again 328350" in "".join(await texts(page, ".cell"))
    assert len(await swarm.jobs()) == 1  # the replay was answered by the job that was there
    await page.close()
    await tab.close()


async def test_a_cell_that_waits_is_stopped_and_the_variables_stay(swarm: Swarm, chromium: Browser) -> None:
    page = await open_console(chromium, swarm)
    await put_cells(page, "kept = [7]", "sc.parallelize([1, 2]).count()", "print('kept', kept)")
    await page.click("#run-all", PATIENCE)
    await page.wait_for(WAITS, PATIENCE)  # nobody is there to compute it
    await page.click("#stop", PATIENCE)
    await _reaches(page, 1, "stopped")
    await _run(page, 2)
    await _reaches(page, 2, "done")
    assert "kept [7]" in "".join(await texts(page, ".cell"))
    await wait_until(swarm.jobs_now, lambda jobs: jobs[0]["state"] == "cancelled")
    await page.close()


async def _run(page: Page, cell: int) -> None:
    """Press the button of a cell, counted from 0."""
    await page.click(f".cell:nth-of-type({cell + 1}) .run button", PATIENCE)


async def _reaches(page: Page, cell: int, state: str) -> None:
    """Wait until the run of a cell, counted from 0, stands so."""
    look = f"document.querySelectorAll('.cell')[{cell}]?.dataset.run === {json.dumps(state)}"
    await page.wait_for(look, 2 * PATIENCE)
