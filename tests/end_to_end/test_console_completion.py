"""Completion in the console, in a real browser."""

from __future__ import annotations

import pytest
from tests.end_to_end.console import open_console, put_cells, run_all
from tests.end_to_end.swarm import PATIENCE, Swarm

from tabswarm.browsers import Browser

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(600)]


async def test_completion_knows_what_cells_have_made(swarm: Swarm, chromium: Browser) -> None:
    page = await open_console(chromium, swarm)
    await put_cells(page, "pairs = sc.parallelize([('a', 1)], 1)", "pairs")
    await run_all(page)
    await page.type(".cell:nth-of-type(2) .cm-content", ".reduceByKeyL")
    await page.wait_for(
        "document.querySelector('.cm-tooltip-autocomplete')?.textContent.includes('reduceByKeyLocally')", 2 * PATIENCE
    )
    await page.close()
