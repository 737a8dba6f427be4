"""`multiGet` in `local[2]`: URLs become partitions, failures become errors that name them."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from operator import add
from typing import Any

import pytest
from tests.worker.native.web_server import WebServer, web_server

from tabswarm import Context, UrlUnavailable
from tabswarm.errors import PlanRefused
from tabswarm.plan.lineage import Node, Plan, SourceBlock, check
from tabswarm.plan.operators import Fetch, Parallelize, Range
from tabswarm.rdd.engine_context import EngineContext
from tabswarm.rdd.fetching import plain_url
from tabswarm.simulation.engine import SimulatedEngine
from tabswarm.simulation.web import page_of


@pytest.fixture(scope="module")
def web() -> Iterator[WebServer]:
    with web_server() as server:
        yield server


@pytest.fixture(scope="module")
def sc() -> Iterator[Context]:
    with Context("local[2]", "fetching") as context:
        yield context


def test_each_url_is_a_partition_of_one_record(sc: Context, web: WebServer) -> None:
    pages = sc.multiGet([web.url("text"), web.url("closed"), web.url("text?again")])
    assert pages.glom().collect() == [["to be\r\nor not\n\ufffd"], ["no CORS header"], ["to be\r\nor not\n\ufffd"]]
    raw: list[Any] = sc.multiGet([web.url("text")], use_unicode=False).collect()
    assert raw == [b"to be\r\nor not\n\xff"]
    assert sc.multiGet([]).collect() == []


def test_the_papers_word_count_over_urls(sc: Context, web: WebServer) -> None:
    urls = [web.url(f"text?{number}") for number in range(4)]
    words = sc.multiGet(urls).lines().flatMap(str.split).map(lambda word: (word, 1)).reduceByKey(add)
    assert words.collectAsMap() == {"to": 4, "be": 4, "or": 4, "not": 4, "\ufffd": 4}


def test_a_url_that_two_branches_need_is_fetched_once(sc: Context, web: WebServer) -> None:
    page = sc.multiGet([web.url("text?once")])
    assert page.zip(page.map(len)).map(lambda pair: pair[1]).collect() == [15]
    assert web.asked["/text?once"] == 1


def test_a_url_that_cannot_be_fetched_ends_the_action_and_is_named_with_the_users_line(
    sc: Context, web: WebServer
) -> None:
    words = r"multiGet at .*test_fetching\.py:\d+, partition 1: .*missing.*404"
    with pytest.raises(UrlUnavailable, match=words) as error:
        sc.multiGet([web.url("text"), web.url("missing")]).map(len).collect()
    assert web.url("missing") in str(error.value)
    assert sc.multiGet([web.url("text")]).count() == 1


def test_what_no_volunteer_fetches_is_refused_at_the_users_line(sc: Context) -> None:
    for url in ("file:///etc/passwd", "example.org", "javascript:alert(1)", "http://", "http://a/" + "x" * 5000):
        with pytest.raises(ValueError, match=r"http: and https: URLs only|at most 4096"):
            sc.multiGet([url])
    with pytest.raises(ValueError, match="a password in it"):
        sc.multiGet(["https://user:password@example.org/"])
    with pytest.raises(ValueError, match="names no host and port"):
        sc.multiGet(["https://example.org:99999/"])
    with pytest.raises(TypeError, match="a list of URLs, not one str"):
        sc.multiGet("https://example.org/")
    with pytest.raises(TypeError, match="a URL is a str, not int"):
        sc.multiGet([5])  # type: ignore[list-item]


def test_urls_go_over_the_wire_as_ascii_and_without_a_fragment() -> None:
    assert plain_url(" http://example.org/a%20b?x=1&y=%C3%BC#part ") == "http://example.org/a%20b?x=1&y=%C3%BC"
    assert plain_url("https://[::1]:8080/x") == "https://[::1]:8080/x"


def test_lines_splits_what_text_files_split_and_nothing_else(sc: Context) -> None:
    assert sc.parallelize(["a\r\nb\rc\n", "", b"d\ne\x0bf"], 2).lines().collect() == ["a", "b", "c", b"d", b"e\x0bf"]
    with pytest.raises(Exception, match="text or bytes, not int"):
        sc.parallelize([1]).lines().collect()


def test_on_the_simulated_swarm_volunteers_that_come_and_go_fetch_again() -> None:
    urls = [f"http://host-{number}.example/" for number in range(12)]
    with EngineContext(SimulatedEngine(seed=4, volunteers=3, churn=20)) as sc:
        assert sc.multiGet(urls).collect() == [page_of(url).decode() for url in urls]
        with pytest.raises(UrlUnavailable, match=r"http://nobody\.invalid/.*\(tried on [23] volunteers\)"):
            sc.multiGet([*urls, "http://nobody.invalid/"]).count()


def test_a_plan_with_other_urls_than_it_should_have_is_refused() -> None:
    def plan(operator: Any, *blocks: SourceBlock) -> Plan:
        node = Node(id=1, operator=operator, partitions=1)
        return Plan(application="a", nodes=(node,), target=1, partitions=(0,), sources={1: blocks} if blocks else {})

    check(plan(Fetch(), SourceBlock(0, url="https://example.org/")))
    for wrong in (
        plan(Fetch()),
        plan(Fetch(), SourceBlock(0)),
        plan(Fetch(), SourceBlock(0, url="file:///etc/passwd")),
        plan(Fetch(), SourceBlock(0, url="https://example.org/\nHost: x")),
        plan(Fetch(), SourceBlock(0, url="https://example.org/"), SourceBlock(0, url="https://example.org/")),
        plan(Fetch(), SourceBlock(0, inline=b"", url="https://example.org/")),
        plan(Parallelize(), SourceBlock(0, bytes(16), url="https://example.org/")),
        plan(Range(0, 1, 1, 1), SourceBlock(0, url="https://example.org/")),
    ):
        with pytest.raises(PlanRefused):
            check(wrong)


def test_a_host_without_a_server_is_told_after_a_few_tries(sc: Context) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        with pytest.raises(UrlUnavailable, match="refused"):
            sc.multiGet([f"http://127.0.0.1:{probe.getsockname()[1]}/"]).collect()
