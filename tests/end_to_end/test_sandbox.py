"""Out of a tab's sandbox nothing leads: not from the sealed frame's scripts, and not from a task's Python.

Each probe is tried in a plain page first, where it must get through (the positive control), and then inside.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
import pytest_asyncio
from tests.end_to_end.canary import Canary, canary
from tests.end_to_end.swarm import Swarm

from tabswarm import Context
from tabswarm.browsers import Browser, Kind, Page, Realm, launch

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(180)]

NETWORK = {
    "fetch": "fetch('CANARY/fetch', { mode: 'no-cors' })",
    "fetch of the coordinator": "fetch('COORDINATOR/healthz', { mode: 'no-cors' })",
    "XMLHttpRequest": """new Promise((open, shut) => { const request = new XMLHttpRequest();
        request.open('GET', 'CANARY/xhr'); request.onload = open; request.onerror = shut; request.send(); })""",
    "WebSocket": """new Promise((open, shut) => { const socket = new WebSocket('CANARY/socket'.replace('http', 'ws'));
        socket.onopen = () => { socket.close(); open(); }; socket.onerror = shut; })""",
    "EventSource": """new Promise((open, shut) => { const events = new EventSource('CANARY/events');
        events.onopen = open; events.onerror = () => events.readyState === 2 ? shut() : open(); })""",
    "import": "import('CANARY/module.js')",
}
AROUND = {
    "IndexedDB": """new Promise((open, shut) => { const request = indexedDB.open('probe');
        request.onsuccess = open; request.onerror = shut; })""",
    "local storage": "localStorage.getItem('x')",
    "file storage": "navigator.storage.getDirectory()",
    "cookies": "document.cookie",
}


@pytest.fixture(scope="module", params=["chromium", "firefox"])
def kind(request: pytest.FixtureRequest) -> Kind:
    return request.param  # type: ignore[no-any-return]  # pytest does not know the type of a parameter


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser(kind: Kind) -> Any:
    async with launch(kind) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bird() -> Any:
    async with canary() as found:
        yield found


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def tab(shared_swarm: Swarm, browser: Browser) -> Any:
    page = await shared_swarm.add_tab(browser)
    yield page
    await page.close()
    await shared_swarm.wait_for(lambda volunteers: not volunteers)


async def tried(realm: Realm, probe: str, bird: Canary, swarm: Swarm) -> str:
    script = probe.replace("CANARY", bird.origin).replace("COORDINATOR", swarm.url)
    answer: str = await realm.evaluate(
        f"(async () => {{ try {{ await ({script}); return 'open'; }} catch (error) {{ return 'shut: ' + error; }} }})()"
    )
    return answer


async def sealed_frame(tab: Page) -> Realm:
    (frame,) = [frame for frame in await tab.frames() if frame.url.endswith("/frame")]
    return frame


@pytest.mark.parametrize("name", NETWORK)
async def test_the_sealed_frame_reaches_nobody(
    name: str, tab: Page, browser: Browser, bird: Canary, shared_swarm: Swarm
) -> None:
    outside = await browser.open(f"{bird.origin}/page")
    assert await tried(outside, NETWORK[name], bird, shared_swarm) == "open", (
        "the control failed: this probe proves nothing"
    )
    await outside.close()
    bird.reached.clear()
    assert (await tried(await sealed_frame(tab), NETWORK[name], bird, shared_swarm)).startswith("shut")
    assert bird.reached == []


@pytest.mark.parametrize("name", AROUND)
async def test_the_sealed_frame_has_no_storage(name: str, tab: Page, bird: Canary, shared_swarm: Swarm) -> None:
    assert await tried(tab, AROUND[name], bird, shared_swarm) == "open", "the control failed"
    assert (await tried(await sealed_frame(tab), AROUND[name], bird, shared_swarm)).startswith("shut")


async def test_the_sealed_frame_cannot_look_at_the_page_around_it(tab: Page) -> None:
    frame = await sealed_frame(tab)
    look = "(() => { try { return PLACE.document.title } catch (error) { return 'shut' } })()"
    assert await tab.evaluate(look.replace("PLACE", "window")) != "shut"
    assert await frame.evaluate(look.replace("PLACE", "parent")) == "shut"
    assert await frame.evaluate("self.origin") == "null"


def reach_out(address: str) -> list[str]:
    """What a task may try in Python, honestly and slyly; says which ways led anywhere."""
    opened = []

    def attempt(name: str, way: Any) -> None:
        try:
            way()
        except BaseException:  # whatever shuts the door is right
            return
        opened.append(name)

    def by_urllib() -> None:
        import urllib.request

        urllib.request.urlopen(address + "/urllib", timeout=2).read()

    def by_socket() -> None:
        import socket

        host, port = address.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=2) as line:
            line.sendall(b"GET /socket HTTP/1.0\r\n\r\n")
            assert line.recv(10)

    def by_js() -> None:
        import js

        js.fetch(address + "/js")

    def by_run_js() -> None:
        from pyodide.code import run_js

        run_js(f"fetch('{address}/run_js', {{ mode: 'no-cors' }})")

    def by_synchronous_request() -> None:
        from pyodide.code import run_js

        run_js(f"const r = new XMLHttpRequest(); r.open('GET', '{address}/sync', false); r.send(); r.responseText")

    def by_import() -> None:
        from pyodide.code import run_js

        run_js(f"import('{address}/module.js')")

    def by_open_url() -> None:
        from pyodide.http import open_url

        open_url(address + "/open_url")

    def by_message_to_the_page() -> None:
        from pyodide.code import run_js

        assert run_js("typeof parent.document") == "object"

    def by_web_rtc() -> None:
        from pyodide.code import run_js

        assert run_js("typeof RTCPeerConnection") == "function"

    def by_storage() -> None:
        from pyodide.code import run_js

        run_js("indexedDB.open('x').transaction")

    for name, way in list(locals().items()):
        if name.startswith("by_"):
            attempt(name, way)
    return opened


NEVER_SYNCHRONOUS = {"by_import", "by_run_js"}
"""These start something whose failure arrives later; what counts for them is that nothing reached the canary."""


async def test_a_tasks_python_reaches_nobody(tab: Page, bird: Canary, shared_swarm: Swarm) -> None:
    bird.reached.clear()
    natively = await asyncio.to_thread(reach_out, bird.origin)
    assert {"by_urllib", "by_socket"} <= set(natively), "the control failed: the canary cannot be reached at all"
    assert bird.reached
    bird.reached.clear()

    def drive() -> list[str]:
        address = bird.origin
        with Context(shared_swarm.driver_link) as sc:
            return sc.parallelize([address], 1).flatMap(reach_out).collect()

    opened = await asyncio.to_thread(drive)
    assert set(opened) <= NEVER_SYNCHRONOUS, json.dumps(opened)
    assert bird.reached == []
