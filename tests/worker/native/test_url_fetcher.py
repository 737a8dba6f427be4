"""What a native worker takes of a URL: within its limits, after a few tries, or an error that says why not."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator

import pytest
from tests.worker.native.web_server import WebServer, web_server

from tabswarm.errors import UrlUnavailable
from tabswarm.worker.native.url_fetcher import UrlFetcher, UrlLimits

LIMITS = UrlLimits(size=1 << 20, quiet=20, total=60, redirects=3, pauses=(0.0, 0.0))


@pytest.fixture(scope="module")
def web() -> Iterator[WebServer]:
    with web_server() as server:
        yield server


async def fetch(url: str, limits: UrlLimits = LIMITS) -> bytes:
    return await UrlFetcher(limits).fetch(url)


async def test_a_page_is_fetched_as_it_is_without_what_would_tell_of_anybody(web: WebServer) -> None:
    assert await fetch(web.url("text")) == b"to be\r\nor not\n\xff"
    assert await fetch(web.url("closed")) == b"no CORS header"
    assert web.headers["User-Agent"].startswith("tabswarm/")
    assert not {"Cookie", "Referer", "Authorization"} & web.headers.keys()


async def test_a_redirection_is_followed_a_few_times_and_to_the_web_only(web: WebServer) -> None:
    assert (await fetch(web.url("moved"))).startswith(b"to be")
    with pytest.raises(UrlUnavailable, match="leads from one address to the next"):
        await fetch(web.url("loop"))
    with pytest.raises(UrlUnavailable, match=r"leads to ftp://127.0.0.1/file, which is neither http: nor https:"):
        await fetch(web.url("to-ftp"))


@pytest.mark.parametrize(
    ("path", "words", "tries"),
    [
        ("missing", "the server answers 404 Not Found", 1),
        ("busy", "the server answers 503", 3),
        ("dropped", "the connection ended after 9 of 1,000 bytes", 3),
        ("declared", "larger than the 1,048,576 bytes", 1),
        ("endless", "larger than the 1,048,576 bytes", 1),
    ],
)
async def test_what_cannot_be_had_is_an_error_that_names_the_url_and_why(
    web: WebServer, path: str, words: str, tries: int
) -> None:
    before = web.asked[f"/{path}"]
    with pytest.raises(UrlUnavailable, match=words) as raised:
        await fetch(web.url(path))
    assert web.url(path) in str(raised.value)
    assert web.asked[f"/{path}"] - before == tries


async def test_a_server_that_is_busy_for_a_moment_is_asked_again(web: WebServer) -> None:
    assert await fetch(web.url("busy-once")) == b"after all"


async def test_a_server_that_says_nothing_is_not_waited_for_for_long(web: WebServer) -> None:
    with pytest.raises(UrlUnavailable, match=r"does not answer|nothing came for 0\.1 s|timed out"):
        await fetch(web.url("silent"), UrlLimits(quiet=0.1, pauses=()))


async def test_a_server_that_is_not_there_is_told_so() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        with pytest.raises(UrlUnavailable, match=rf"http://127\.0\.0\.1:{port}/ could not be fetched: .*refused"):
            await fetch(f"http://127.0.0.1:{port}/")


async def test_who_stops_waiting_is_not_held_up_by_a_silent_server(web: WebServer) -> None:
    waiting = asyncio.create_task(fetch(web.url("silent?long")))
    await asyncio.to_thread(web.silent.wait, 30)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
