"""Blocks go from tab to tab: the coordinator carries next to none of them, unless a tab cannot be reached directly."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from tests.end_to_end.big_shuffle import expected, group
from tests.end_to_end.swarm import Swarm, wait_until

from tabswarm.browsers import Browser, Page

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(240)]

NO_WEBRTC = "delete window.RTCPeerConnection; delete window.webkitRTCPeerConnection;"
# The first channel of the tab that has brought 300 kB is closed, once.
BREAKING = """
{
  const Real = RTCPeerConnection;
  window.RTCPeerConnection = class extends Real {
    createDataChannel(...given) {
      const channel = super.createDataChannel(...given);
      let received = 0;
      channel.addEventListener("message", ({ data }) => {
        received += data.byteLength;
        if (received > 300_000 && !window.broken) { channel.close(); window.broken = received; }
      });
      return channel;
    }
  };
}
"""


async def bytes_of(swarm: Swarm, satisfied: Callable[[dict[str, int]], bool]) -> dict[str, int]:
    """The bytes of the swarm's last job, once they satisfy: tabs tell of direct bytes up to a second late."""

    async def ask() -> dict[str, int]:
        *_, job = await swarm.jobs()
        assert not any(node["recomputed"] for node in job["nodes"])
        moved: dict[str, int] = job["bytes"]
        return moved

    return await wait_until(ask, satisfied)


async def shown(page: Page, what: str) -> str:
    text: str = await page.evaluate(f"document.querySelector('#meter-{what}').textContent")
    return text


async def test_a_shuffle_between_three_chromium_tabs_passes_the_coordinator_by(swarm: Swarm, chromium: Browser) -> None:
    pages = [await swarm.add_tab(chromium) for _ in range(3)]
    await swarm.warm_up()
    megabytes = 48
    answer = await asyncio.to_thread(group, swarm.driver_link, megabytes)
    moved = await bytes_of(swarm, lambda moved: moved["direct"] >= 16 * 2**20)
    assert moved["relayed"] + moved["inline"] < 0.01 * moved["direct"], moved
    assert answer == expected(megabytes)
    for page in pages:
        assert "direct" in await shown(page, "received") and "direct" in await shown(page, "sent")
        assert not [line for line in page.console if line.level in ("error", "exception")]


async def test_chromium_and_firefox_exchange_blocks_directly(swarm: Swarm, chromium: Browser, firefox: Browser) -> None:
    for browser in (chromium, firefox):
        await swarm.add_tab(browser)
    await swarm.warm_up()
    answer = await asyncio.to_thread(group, swarm.driver_link, 8)
    moved = await bytes_of(swarm, lambda moved: moved["direct"] >= 2**19)
    assert moved["relayed"] < 0.01 * moved["direct"], moved
    assert answer == expected(8)


async def test_a_tab_without_webrtc_takes_the_relay_and_the_job_says_so(swarm: Swarm, chromium: Browser) -> None:
    await swarm.add_tab(chromium)
    page = await swarm.add_tab(chromium, before_load=NO_WEBRTC)
    assert await page.evaluate("typeof RTCPeerConnection") == "undefined"
    await swarm.warm_up()
    answer = await asyncio.to_thread(group, swarm.driver_link, 8)
    moved = await bytes_of(swarm, lambda moved: moved["relayed"] >= 2**19)
    assert moved["direct"] == 0, moved
    assert answer == expected(8)
    assert "relayed" in await shown(page, "received") + await shown(page, "sent")
    assert "direct" not in await shown(page, "received") + await shown(page, "sent")


async def test_a_channel_that_breaks_in_the_middle_of_a_block_costs_no_recomputation(
    swarm: Swarm, chromium: Browser
) -> None:
    await swarm.add_tab(chromium)
    page = await swarm.add_tab(chromium, before_load=BREAKING)
    await swarm.warm_up()
    answer = await asyncio.to_thread(group, swarm.driver_link, 16)
    moved = await bytes_of(swarm, lambda moved: moved["direct"] >= 2**18 and moved["relayed"] > 0)
    assert answer == expected(16)
    assert await page.evaluate("window.broken") >= 300_000, moved
