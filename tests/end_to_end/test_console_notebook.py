"""The console's notebook in real Chromium: cells outlive their tab."""

from __future__ import annotations

import pytest
from tests.end_to_end.console import open_console, put_cells, saved, texts
from tests.end_to_end.looking import look
from tests.end_to_end.swarm import PATIENCE, Swarm

from tabswarm.browsers import Browser

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(600)]


async def test_cells_and_what_is_typed_are_there_again_in_the_next_tab(swarm: Swarm, chromium: Browser) -> None:
    page = await open_console(chromium, swarm)
    assert await look(page, "console-empty") == []
    await put_cells(page, "first = 1", "second = 2")
    await page.type(".cell:last-of-type .cm-content", " typed ")
    await saved(page)
    await page.close()
    again = await open_console(chromium, swarm)
    assert len(await texts(again, ".cell")) == 2
    await again.wait_for("document.querySelector('.cell:last-of-type .code').textContent.includes('typed')", PATIENCE)
    await again.close()


async def test_a_second_console_takes_the_notebook_over_and_the_first_takes_it_back(
    swarm: Swarm, chromium: Browser
) -> None:
    first = await open_console(chromium, swarm)
    await put_cells(first, "mine = 1")
    await saved(first)
    second = await open_console(chromium, swarm)
    await first.wait_for("document.querySelector('#take-back') !== null", PATIENCE)
    assert await look(first, "console-taken-over") == []
    await second.click("#add-cell", PATIENCE)
    await saved(second)
    await first.click("#take-back", PATIENCE)
    await second.wait_for("document.querySelector('#take-back') !== null", PATIENCE)
    await first.wait_for("document.querySelectorAll('.cell').length === 2", PATIENCE)
    await first.close()
    await second.close()
