"""Cells in real browsers: Python in the sealed frame waits for what a tab computes, is stopped, and says where it
failed."""

from __future__ import annotations

import pytest
from tests.end_to_end.console import drop_file, open_console, put_cells, run_all, states, texts
from tests.end_to_end.swarm import PATIENCE, Swarm

from tabswarm.browsers import Browser, Page

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(600)]

COLLECT = "def double(n):\n    return 2 * n\n\nsc.range(4).map(double).collect()"


async def shown(page: Page, cell: int) -> str:
    """What a cell (from 1) shows."""
    return "\n".join(await texts(page, f".cell:nth-of-type({cell}) .outputs"))


async def test_a_cell_waits_for_a_tab_and_shows_what_it_computed(swarm: Swarm, chromium: Browser) -> None:
    tab = await swarm.add_tab(chromium)
    page = await open_console(chromium, swarm)
    await put_cells(page, COLLECT)
    await run_all(page)
    assert await states(page) == ["done"]
    assert "[0, 2, 4, 6]" in await shown(page, 1)
    await page.close()
    await tab.close()


async def test_errors_point_at_the_cell_and_a_stop_keeps_the_variables(swarm: Swarm, chromium: Browser) -> None:
    page = await open_console(chromium, swarm)
    await drop_file(page, "words.txt", "to be\nor not\n")
    await put_cells(
        page,
        "kept = len(open('words.txt').read())",
        "import time\ntime.sleep(3600)",
        "print(kept, sc.textFile('words.txt', 1).getNumPartitions())\n1 / 0",
    )
    await page.click(".cell:nth-of-type(1) .run button", PATIENCE)
    await page.wait_for("document.querySelector('.cell').dataset.run === 'done'", 2 * PATIENCE)
    await page.click(".cell:nth-of-type(2) .run button", PATIENCE)
    await page.wait_for("document.querySelectorAll('.cell')[1].dataset.run === 'running'", PATIENCE)
    await page.click(".cell:nth-of-type(2) .run button", PATIENCE)
    await page.wait_for("document.querySelectorAll('.cell')[1].dataset.run === 'stopped'", PATIENCE)
    await page.click(".cell:nth-of-type(3) .run button", PATIENCE)
    await page.wait_for("document.querySelectorAll('.cell')[2].dataset.run === 'failed'", PATIENCE)
    outputs = await shown(page, 3)
    assert "13 1" in outputs and "ZeroDivisionError" in outputs and "line 2" in outputs
    await page.close()


async def test_firefox_runs_cells_and_reads_dropped_files_too(swarm: Swarm, firefox: Browser) -> None:
    swarm.add_worker()
    page = await open_console(firefox, swarm)
    await drop_file(page, "words.txt", "to be\nor not\n")
    await put_cells(page, "sc.textFile('words.txt').flatMap(str.split).collect()")
    await run_all(page)
    assert "['to', 'be', 'or', 'not']" in await shown(page, 1)
    await page.close()
