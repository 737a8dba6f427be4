"""The pages and their files: nonce, policy, coding and caching."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from starlette.requests import Request
from tests.coordinator.web_client import RUNTIME, served

from tabswarm.coordinator.csp import fetched_for_jobs
from tabswarm.coordinator.pages import Pages


@pytest.mark.parametrize("path", ["/", "/join", "/console", "/operator", "/frame"])
async def test_a_page_has_a_fresh_nonce_that_its_policy_names(path: str) -> None:
    async with served() as web:
        nonces = set()
        for _ in range(2):
            answer = await web.request("GET", path)
            found = re.search(r'nonce="([\w-]{16,})"', answer.text)
            assert found is not None and "__NONCE__" not in answer.text
            assert f"'nonce-{found[1]}'" in answer.headers["content-security-policy"]
            assert answer.headers["cache-control"] == "no-store"
            nonces.add(found[1])
        assert len(nonces) == 2


async def test_the_volunteers_page_alone_may_fetch_from_elsewhere_and_from_https_only_https() -> None:
    async with served() as web:
        rules = {}
        for path in ("/", "/join"):
            policy = (await web.request("GET", path)).headers["content-security-policy"]
            rules[path] = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))["connect-src"]
        assert rules == {"/": "'self'", "/join": "'self' http: https:"}
    assert fetched_for_jobs("https://swarm.example") == "https:"


async def test_styles_may_be_written_on_the_consoles_page_alone_and_under_its_nonce() -> None:
    async with served() as web:
        rules = {}
        for path in ("/", "/join", "/console"):
            answer = await web.request("GET", path)
            found = re.search(r'nonce="([\w-]{16,})"', answer.text)
            assert found is not None
            policy = answer.headers["content-security-policy"].replace(found[1], "NONCE")
            rules[path] = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))["style-src"]
        assert rules == {"/": "'self'", "/join": "'self'", "/console": "'self' 'nonce-NONCE'"}


async def test_the_frame_may_load_the_runtime_and_nothing_else() -> None:
    async with served() as web:
        policy = (await web.request("GET", "/frame")).headers["content-security-policy"]
        rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
        runtime = web.server.url + RUNTIME
        assert rules["default-src"] == "'none'" and rules["connect-src"] == runtime
        assert rules["worker-src"] == "data:" and rules["sandbox"] == "allow-scripts"
        assert rules["script-src"].split()[1:] == ["'wasm-unsafe-eval'", "data:", runtime]
        assert "'unsafe-eval'" not in policy and "allow-same-origin" not in policy
        by_name = await web.request("GET", "/frame", headers={"Host": f"localhost:{web.port}"})
        assert f"connect-src http://localhost:{web.port}{RUNTIME};" in by_name.headers["content-security-policy"]


async def test_a_file_comes_in_the_coding_that_the_browser_takes_and_for_ever() -> None:
    async with served() as web:
        for accepts, coding in (("gzip, br", "br"), ("gzip", "gzip"), ("br;q=0, gzip;q=0.5", "gzip"), ("", None)):
            answer = await web.raw(
                f"GET /static/page-abc.js HTTP/1.1\r\nHost: {web.host}\r\nAccept-Encoding: {accepts}\r\n"
                "Connection: close\r\n\r\n".encode()
            )
            top, _, body = answer.partition(b"\r\n\r\n")
            lines = {line.partition(b":")[0].lower(): line.partition(b":")[2].strip() for line in top.splitlines()[1:]}
            assert lines.get(b"content-encoding") == (coding.encode() if coding else None)
            assert body == (coding or "").encode() + b"export {};"
            assert lines[b"content-type"] == b"text/javascript; charset=utf-8"
            assert b"immutable" in lines[b"cache-control"] and lines[b"vary"] == b"Accept-Encoding"


async def test_the_service_worker_alone_may_look_after_a_page_and_only_after_the_volunteers() -> None:
    async with served() as web:
        worker = await web.request("GET", "/static/service_worker-abc.js")
        script = await web.request("GET", "/static/page-abc.js")
        assert worker.headers["service-worker-allowed"] == "/join"
        assert "connect-src 'self'" in worker.headers["content-security-policy"]
        assert "service-worker-allowed" not in script.headers


def test_without_built_pages_the_answer_says_what_to_do(tmp_path: Path) -> None:
    answer = Pages(tmp_path).page(Request({"type": "http", "headers": []}), "index.html")
    assert answer.status_code == 503 and b"make web" in answer.body
