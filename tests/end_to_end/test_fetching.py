"""`multiGet` in real tabs: the page fetches what the plan names, and nothing else; a native worker may more."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.end_to_end.swarm import Swarm
from tests.worker.native.web_server import WebServer, web_server

from tabswarm import Context, CustomRDD, TaskError, UrlUnavailable
from tabswarm.browsers import Browser

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(240)]


@pytest.fixture
def web() -> Iterator[WebServer]:
    with web_server() as server:
        yield server


async def drive(swarm: Swarm, program: Callable[[Context], Any]) -> Any:
    def run() -> Any:
        with Context(swarm.driver_link) as sc:
            return program(sc)

    return await asyncio.to_thread(run)


def failing(swarm: Swarm, url: str) -> Callable[[Context], str]:
    def program(sc: Context) -> str:
        with pytest.raises(UrlUnavailable) as raised:
            sc.multiGet([url]).collect()
        return str(raised.value)

    return program


async def test_a_tab_fetches_pages_and_says_why_it_cannot(swarm: Swarm, chromium: Browser, web: WebServer) -> None:
    page = await swarm.add_tab(chromium)

    def words(sc: Context) -> Any:
        lines = sc.multiGet([web.url("text"), web.url("moved")]).lines()
        return lines.flatMap(str.split).map(lambda word: (word, 1)).reduceByKey(lambda a, b: a + b).collectAsMap()

    assert await drive(swarm, words) == {"to": 2, "be": 2, "or": 2, "not": 2, "\ufffd": 2}
    assert not {"Cookie", "Referer"} & web.headers.keys()
    for path, reason in [
        ("closed", "does not let other sites read it (it sends no Access-Control-Allow-Origin header)"),
        ("missing", "the server answers 404"),
        ("declared", "is larger than the 67,108,864 bytes"),
    ]:
        said = await drive(swarm, failing(swarm, web.url(path)))
        assert web.url(path) in said and reason in said and "multiGet at" in said, said
    assert set(web.asked) <= {"/text", "/moved", "/closed", "/missing", "/declared"}

    def escape(sc: Context) -> Any:
        address = web.url("escaped")

        def reach(x: int) -> str:
            import urllib.request

            try:
                from pyodide.http import open_url

                return str(open_url(address).read())
            except Exception:
                return str(urllib.request.urlopen(address).read())

        with pytest.raises(TaskError):
            sc.range(1).map(reach).collect()

    await drive(swarm, escape)
    assert not web.asked["/escaped"]
    assert await page.evaluate("document.title")


async def test_what_is_closed_to_tabs_goes_to_a_native_worker(swarm: Swarm, chromium: Browser, web: WebServer) -> None:
    await swarm.add_tab(chromium)
    await swarm.add_tab(chromium)
    swarm.add_worker()
    await swarm.wait_for(lambda volunteers: len(volunteers) == 3)
    urls = [web.url(f"closed?{number}") for number in range(8)]
    assert await drive(swarm, lambda sc: sc.multiGet(urls).collect()) == ["no CORS header"] * 8


async def test_an_rdd_of_the_users_own_runs_in_a_tab(swarm: Swarm, chromium: Browser) -> None:
    await swarm.add_tab(chromium)

    class Squares(CustomRDD[int]):
        def __init__(self, sc: Context, count: int) -> None:
            super().__init__(sc)
            self.size = count

        def partitions(self) -> int:
            return self.size

        def compute(self, partition: int, parents: list[Any]) -> list[int]:
            return [partition**2]

    def program(sc: Context) -> Any:
        return Squares(sc, 4).map(lambda x: x + 1).collect()

    assert await drive(swarm, program) == [1, 2, 5, 10]
