"""The volunteer's page in a real browser: nothing computes without its person's will, and its person is told."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest
from tests.end_to_end.processor_time import ProcessorTime
from tests.end_to_end.swarm import PATIENCE, Swarm, wait_until
from tests.end_to_end.test_departures import EXPECTED, drive, progress_to

from tabswarm import Context
from tabswarm.browsers import Browser, Page

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]

CLOSING_ASKS = "!window.dispatchEvent(new Event('beforeunload', { cancelable: true }))"


def busy(n: int) -> int:
    """Seconds of work a record."""
    return sum(i & n for i in range(10_000_000))


class Errand(threading.Thread):
    """A job that would keep one core busy for many minutes, and ends when it is told to."""

    def __init__(self, link: str) -> None:
        super().__init__(daemon=True)
        self._link = link
        self._context: Context | None = None
        self._over = threading.Event()
        self.start()

    def run(self) -> None:
        with Context(self._link) as sc:
            answer = sc.range(200, numSlices=200).map(busy).collectAsync()
            self._over.wait()
            answer.cancel()

    async def end(self) -> None:
        self._over.set()
        await asyncio.to_thread(self.join, PATIENCE)
        assert not self.is_alive()


def phase(page: Page, name: str) -> Any:
    return page.wait_for(f"document.querySelector('#state')?.dataset.phase === '{name}'", timeout=PATIENCE)


async def text_of(page: Page, selector: str) -> str:
    text: str = await page.evaluate(f"document.querySelector('{selector}').textContent")
    return text


async def test_nothing_computes_before_start_nor_after_stop(swarm: Swarm, chromium: Browser) -> None:
    errand = Errand(swarm.driver_link)
    await wait_until(swarm.jobs_now, bool)
    processor = ProcessorTime(chromium.pid)
    page = await chromium.open(swarm.invite_link)
    await phase(page, "invited")
    await processor.wait_for_quiet()
    await page.click("#start")
    await processor.wait_for_use(4)  # Python's start takes some of it, and then the work
    await page.wait_for("document.querySelector('#status').textContent === 'Computing'", timeout=PATIENCE)
    await page.click("#stop")
    await phase(page, "left")
    await processor.wait_for_quiet()
    assert not await page.workers()
    await page.close()
    await errand.end()


async def test_a_paused_tab_computes_nothing_serves_its_blocks_and_goes_on_when_resumed(
    swarm: Swarm, chromium: Browser
) -> None:
    paused = await swarm.add_tab(chromium)
    await swarm.add_tab(chromium)
    answer = asyncio.create_task(asyncio.to_thread(drive, swarm.driver_link))
    await progress_to(swarm, 5)
    await paused.click("#pause")
    await phase(paused, "paused")
    await paused.wait_for("document.querySelector('#status').textContent.includes('Nothing is computed')", PATIENCE)
    done = await text_of(paused, "#meter-tasks")
    assert await answer == EXPECTED
    assert await text_of(paused, "#meter-tasks") == done
    (job,) = await swarm.jobs()
    assert sum(node["recomputed"] for node in job["nodes"]) == 0
    assert len(await swarm.volunteers()) == 1
    await paused.click("#pause")
    await phase(paused, "working")
    await swarm.wait_for(lambda volunteers: len(volunteers) == 2)


async def test_firefox_pauses_resumes_and_stops_with_no_worker_left(swarm: Swarm, firefox: Browser) -> None:
    errand = Errand(swarm.driver_link)
    page = await swarm.add_tab(firefox)
    await page.wait_for("document.querySelector('#status').textContent === 'Computing'", timeout=PATIENCE)
    await page.click("#pause")
    await phase(page, "paused")
    await wait_until(swarm.volunteers, lambda volunteers: not volunteers)
    await page.click("#pause")
    await phase(page, "working")
    await swarm.wait_for(lambda volunteers: len(volunteers) == 1)
    await page.click("#stop")
    await phase(page, "left")
    await wait_until(page.workers, lambda workers: not workers)
    await errand.end()


async def test_a_rule_pauses_by_itself_and_says_when(swarm: Swarm, chromium: Browser) -> None:
    battery = """
        const battery = Object.assign(new EventTarget(), { level: 0.5, charging: false });
        navigator.getBattery = async () => battery;
        globalThis.drain = (level) => { battery.level = level; battery.dispatchEvent(new Event('levelchange')); };
    """
    page = await swarm.add_tab(chromium, before_load=battery)
    await page.evaluate("drain(0.29)")
    await phase(page, "paused")
    assert "on battery below 30 %" in await text_of(page, "#status")
    await wait_until(swarm.volunteers, lambda volunteers: not volunteers)
    await page.evaluate("drain(0.31)")
    await phase(page, "working")
    await swarm.wait_for(lambda volunteers: len(volunteers) == 1)


async def test_closing_asks_while_blocks_are_nowhere_else_and_not_when_they_were_handed_over(
    swarm: Swarm, chromium: Browser
) -> None:
    page = await swarm.add_tab(chromium)
    assert not await page.evaluate(CLOSING_ASKS)

    def persist() -> tuple[Context, int]:
        sc = Context(swarm.driver_link)
        return sc, sc.range(40, numSlices=4).persist().count()

    sc, count = await asyncio.to_thread(persist)
    try:
        assert count == 40
        await page.wait_for(CLOSING_ASKS, timeout=PATIENCE)
        await swarm.add_tab(chromium)
        await page.click("#finish")
        await phase(page, "left")
        assert not await page.evaluate(CLOSING_ASKS)
        assert "others have what this tab held" in await text_of(page, "#status")
        assert "for one job" in await text_of(page, "#thanks")
    finally:
        await asyncio.to_thread(sc.stop)


async def test_choices_are_kept_for_the_next_visit(swarm: Swarm, chromium: Browser) -> None:
    page = await chromium.open(swarm.invite_link)
    await page.click("#relay-only")
    await page.wait_for("document.querySelector('#about') !== null", PATIENCE)  # it moves what stands below it
    await page.click("#rules summary")
    await page.click("#choose-hidden")
    await page.goto(swarm.invite_link.split("#")[0] + "?again#" + swarm.invite_link.split("#")[1])
    await page.wait_for("document.querySelector('#relay-only')?.checked", timeout=PATIENCE)
    assert await page.evaluate("document.querySelector('#choose-hidden').checked")
    await page.evaluate("localStorage.clear()")


async def test_the_page_can_be_installed_and_keeps_only_files_with_their_hash_in_their_name(
    swarm: Swarm, chromium: Browser
) -> None:
    page = await chromium.open(swarm.invite_link)
    await phase(page, "invited")
    assert not await page.evaluate("navigator.serviceWorker.getRegistration().then(found => Boolean(found))")
    icons = await page.evaluate("""(async () => {
        const link = document.querySelector('link[rel=manifest]');
        const manifest = await (await fetch(link.href)).json();
        const icons = await Promise.all(manifest.icons.map(async ({ src, sizes }) => {
            const image = await createImageBitmap(await (await fetch(src)).blob());
            return [`${image.width}x${image.height}`, sizes];
        }));
        return manifest.start_url === '/join' ? icons : [];
    })()""")
    assert icons == [["192x192", "192x192"], ["512x512", "512x512"]]
    await page.evaluate("dispatchEvent(new Event('appinstalled'))")
    await page.wait_for(
        "navigator.serviceWorker.getRegistration('/join').then(found => Boolean(found?.active))", PATIENCE
    )
    await page.goto(swarm.invite_link.split("#")[0])
    await phase(page, "invited")
    await page.wait_for("navigator.serviceWorker.controller?.scriptURL", PATIENCE)
    await page.evaluate("fetch(document.querySelector('link[rel=manifest]').href).then(answer => answer.text())")
    kept = """(async () => {
        const found = [];
        for (const name of await caches.keys())
            for (const { url } of await (await caches.open(name)).keys()) found.push(new URL(url).pathname);
        return found;
    })()"""
    await page.wait_for(f"{kept}.then(found => found.length)", PATIENCE)
    assert all(path.startswith("/static/") for path in await page.evaluate(kept))
