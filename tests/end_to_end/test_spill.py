"""A tab holds more than its memory should take: the rest lies on disk, is read from there, and goes with the tab."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from tests.end_to_end.big_shuffle import expected, group
from tests.end_to_end.swarm import Swarm, wait_until

from tabswarm.browsers import Browser, Page, launch

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(240)]

# A tab's budget is an eighth of what its browser says the device has, here 8 MiB (`deviceMemory` counts in GiB). No
# link can say so: it takes a script in the page.
SMALL = "Object.defineProperty(Navigator.prototype, 'deviceMemory', { get: () => 1 / 128 });"
# As on a page that is not from a secure origin.
NO_FILES = SMALL + "Object.defineProperty(Navigator.prototype, 'storage', { get: () => undefined });"
# The most that was ever said to lie on disk.
WATCHING = """
window.mostHeld = "";
new MutationObserver(() => {
  const held = document.querySelector("#meter-held")?.textContent ?? "";
  if (held.includes("on disk")) window.mostHeld = held;
}).observe(document, { subtree: true, childList: true, characterData: true });
"""
FOLDERS = """(async () => {
  const names = [];
  for await (const name of (await navigator.storage.getDirectory()).keys()) names.push(name);
  return JSON.stringify(names);
})()"""
DATABASES = "(async () => JSON.stringify((await indexedDB.databases()).map(({ name }) => name)))()"
DEAD_FOLDER = """navigator.storage.getDirectory()
  .then((root) => root.getDirectoryHandle("tabswarm-blocks-dead", { create: true })).then(() => "made")"""
DEAD_DATABASE = """new Promise((resolve) => {
  const opening = indexedDB.open("tabswarm-blocks-dead", 1);
  opening.onsuccess = () => { opening.result.close(); resolve("made"); };
})"""


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=("chromium", "firefox"))
async def browser(request: pytest.FixtureRequest) -> AsyncIterator[Browser]:
    async with launch(request.param) as running:
        yield running


async def group_by_key_past_the_budget(swarm: Swarm, browser: Browser, before_load: str) -> list[Page]:
    pages = [await swarm.add_tab(browser, before_load + WATCHING) for _ in range(2)]
    megabytes = 24
    assert await asyncio.to_thread(group, swarm.driver_link, megabytes) == expected(megabytes)
    (job,) = await swarm.jobs()
    assert not any(node["recomputed"] for node in job["nodes"])
    for page in pages:
        assert "on disk" in await page.evaluate("window.mostHeld")
        assert not [line for line in page.console if line.level in ("error", "exception")]
    return pages


async def until_left(page: Page, asking: str, count: int) -> None:
    """Wait until so many places for blocks are there, none of them a dead page's."""

    async def ask() -> str:
        found: str = await page.evaluate(asking)
        return found

    await wait_until(ask, lambda found: found.count("tabswarm-blocks") == count and "dead" not in found)


async def test_a_group_by_key_larger_than_the_tabs_budgets_is_exact_and_leaves_no_files(
    swarm: Swarm, browser: Browser
) -> None:
    first, second = await group_by_key_past_the_budget(swarm, browser, SMALL)
    assert await first.evaluate(DEAD_FOLDER) == "made"
    third = await swarm.add_tab(browser)
    await until_left(third, FOLDERS, 2)
    for page in (first, second):
        await page.click("#stop")
    await until_left(third, FOLDERS, 0)


async def test_without_private_files_blocks_go_to_a_database_that_leaves_with_the_tab(
    swarm: Swarm, browser: Browser
) -> None:
    first, second = await group_by_key_past_the_budget(swarm, browser, NO_FILES)
    assert await first.evaluate(DEAD_DATABASE) == "made"
    third = await swarm.add_tab(browser)
    await until_left(third, DATABASES, 2)
    for page in (first, second):
        await page.click("#stop")
    await until_left(third, DATABASES, 0)
