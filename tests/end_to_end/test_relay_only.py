"""Tabs that never show their address to others: no connection is made, no offer leaves, and the answer is the same."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from aioice.ice import get_host_addresses
from tests.end_to_end.big_shuffle import expected, group
from tests.end_to_end.swarm import Swarm, wait_until

from tabswarm.browsers import Browser, Page

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(240)]

# Every connection that the page makes, and every byte that it says to the coordinator, as text.
WATCHED = """
window.made = 0; window.said = "";
const Real = RTCPeerConnection;
window.RTCPeerConnection = class extends Real { constructor(...given) { super(...given); window.made += 1; } };
const send = WebSocket.prototype.send;
WebSocket.prototype.send = function (data) {
  if (data.byteLength < 20000) window.said += new TextDecoder("latin1").decode(data);
  return send.call(this, data);
};
"""


@pytest.fixture
def private() -> Iterator[Swarm]:
    swarm = Swarm("--relay-only")
    yield swarm
    swarm.stop()


async def start(swarm: Swarm, browser: Browser, *, tick: bool) -> Page:
    count = len(await swarm.volunteers())
    page = await browser.open(swarm.invite_link, WATCHED)
    if tick:
        await page.click("#relay-only")
    await page.click("#start")
    await swarm.wait_for(lambda volunteers: len(volunteers) == count + 1)
    return page


async def is_relayed(swarm: Swarm, pages: list[Page]) -> None:
    await swarm.warm_up()
    assert await asyncio.to_thread(group, swarm.driver_link, 4) == expected(4)
    jobs = await wait_until(swarm.jobs, lambda jobs: jobs[-1]["bytes"]["relayed"] > 2**18)
    assert jobs[-1]["bytes"]["direct"] == 0
    for page in pages:
        assert await page.evaluate("window.made") == 0
        said = await page.evaluate("window.said")
        assert "Started" in said, "the page was heard"
        assert not [word for word in ("Signal", "candidate", "sdp", "IN IP4") if word in said]


async def test_in_a_relay_only_swarm_no_tab_makes_a_connection(private: Swarm, chromium: Browser) -> None:
    pages = [await start(private, chromium, tick=False) for _ in range(2)]
    await is_relayed(private, pages)


async def test_a_tab_whose_person_ticks_relay_only_is_never_connected(swarm: Swarm, chromium: Browser) -> None:
    pages = [await start(swarm, chromium, tick=tick) for tick in (True, False)]
    await is_relayed(swarm, pages)


class StunServer(asyncio.DatagramProtocol):
    """Hears who asks, and answers nobody."""

    def __init__(self) -> None:
        self.asked: asyncio.Queue[bytes] = asyncio.Queue()

    def datagram_received(self, data: bytes, addr: object) -> None:
        if data[4:8] == b"\x21\x12\xa4\x42":  # STUN's magic cookie
            self.asked.put_nowait(data)


async def test_tabs_ask_the_stun_server_that_the_operator_set(chromium: Browser) -> None:
    host = get_host_addresses(use_ipv4=True, use_ipv6=False)[0]
    transport, server = await asyncio.get_running_loop().create_datagram_endpoint(StunServer, (host, 0))
    port = transport.get_extra_info("sockname")[1]
    swarm = Swarm("--ice-server", f"stun:{host}:{port}")
    try:
        for _ in range(2):
            await start(swarm, chromium, tick=False)
        await swarm.warm_up()
        assert await asyncio.to_thread(group, swarm.driver_link, 2) == expected(2)
        async with asyncio.timeout(30):
            await server.asked.get()
    finally:
        swarm.stop()
        transport.close()
