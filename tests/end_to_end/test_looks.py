"""What the pages look like, in real Chromium: legible at both sizes and in both shades, and no violation of axe's."""

from __future__ import annotations

import pytest
from tests.end_to_end.looking import look
from tests.end_to_end.swarm import Swarm

from tabswarm.browsers import Browser

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]


async def test_the_volunteers_page(swarm: Swarm, chromium: Browser) -> None:
    page = await chromium.open(swarm.invite_link)
    await page.wait_for("document.querySelector('#start') !== null")
    wrong = await look(page, "volunteer-invited")
    await page.click("#start")
    await swarm.wait_for(lambda volunteers: len(volunteers) == 1)
    wrong += await look(page, "volunteer-working")
    await page.click("#rules summary")
    await page.click("#pause")
    await page.wait_for("document.querySelector('[data-phase=paused]') !== null")
    wrong += await look(page, "volunteer-paused")
    await page.click("#stop")
    await page.wait_for("document.querySelector('#again') !== null")
    wrong += await look(page, "volunteer-stopped")
    await page.close()
    assert wrong == []


async def test_the_volunteers_page_behind_a_link_that_is_none(swarm: Swarm, chromium: Browser) -> None:
    page = await chromium.open(swarm.invite_link.partition("#")[0])
    await page.wait_for("document.querySelector('[data-phase=no-invite]') !== null")
    wrong = await look(page, "volunteer-no-invite")
    await page.close()
    assert wrong == []


async def test_the_page_at_the_door(swarm: Swarm, chromium: Browser) -> None:
    page = await chromium.open(swarm.url)
    await page.wait_for("document.querySelector('h1') !== null")
    wrong = await look(page, "home")
    await page.close()
    assert wrong == []


async def test_the_operators_page_makes_a_swarm_whose_links_open_it(swarm: Swarm, chromium: Browser) -> None:
    page = await chromium.open(swarm.operator_link)
    await page.wait_for("document.querySelector('#make:enabled') !== null")
    await page.type("form input", "Class 7b")
    await page.click("#make")
    await page.wait_for(
        "document.querySelectorAll('.made input').length === 2 && document.querySelectorAll('tbody tr').length === 2"
    )
    assert swarm.operator_link.partition("#")[2] not in await page.evaluate("location.href")
    wrong = await look(page, "operator")
    links = await page.evaluate("[...document.querySelectorAll('.made input')].map(({ value }) => value)")
    volunteer = await chromium.open(links[1])
    await volunteer.wait_for("document.querySelector('#start') !== null")
    assert "Class 7b" in await volunteer.evaluate("document.body.innerText")
    await page.wait_for("[...document.querySelectorAll('tbody tr')].at(-1).innerText.startsWith('Class 7b\\t1')")
    await volunteer.close()
    await page.close()
    assert wrong == []
