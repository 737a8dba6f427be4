"""Host, Origin and headers: what another web page, or a name that points here, may not do."""

from __future__ import annotations

import asyncio

import pytest
from tests.coordinator.web_client import RUNTIME, WebClient, served

from tabswarm.coordinator.access import hosts_of

PATHS = ["/", "/join", "/frame", "/healthz", "/api/jobs", "/static/page-abc.js", RUNTIME + "pyodide.mjs"]
OURS = [path for path in PATHS if not path.startswith(RUNTIME)]


def head(path: str, *lines: str, method: str = "GET") -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/1.1", *lines, "Connection: close", "", ""]).encode("latin-1")


async def test_a_host_that_is_not_ours_is_refused() -> None:
    async with served() as web:
        for path in PATHS:
            evil = [
                "evil.example",
                f"evil.example:{web.port}",
                "127.0.0.1",
                "127.0.0.1:1",
                f"127.0.0.1:{web.port}.evil.example",
                f"127.0.0.1:{web.port}@evil.example",
                f"127.0.0.1.:{web.port}",
                f"127.0.0.2:{web.port}",
                f"0.0.0.0:{web.port}",
                "",
            ]
            for host in evil:
                assert b" 421 " in (await web.raw(head(path, f"Host: {host}"))).splitlines()[0], host
            assert b" 421 " in (await web.raw(head(path))).splitlines()[0], "no Host at all"
            twice = await web.raw(head(path, f"Host: {web.host}", "Host: evil.example"))
            assert twice.splitlines()[0].split()[1] in (b"400", b"421")
            for host in (web.host, f"localhost:{web.port}", f"LOCALHOST:{web.port}", f"[::1]:{web.port}"):
                assert b" 421 " not in (await web.raw(head(path, f"Host: {host}"))).splitlines()[0], host


def origins(web: WebClient) -> list[str]:
    return [
        "null",
        "http://evil.example",
        f"https://{web.host}",
        "http://127.0.0.1",
        f"http://127.0.0.1:{web.port + 1}",
        f"http://localhost:{web.port}",
        f"http://{web.host}.evil.example",
        f"http://{web.host}/",
        f"http://evil.example/{web.host}",
        "",
    ]


async def test_an_origin_that_is_not_exactly_ours_is_refused() -> None:
    async with served() as web:
        for path in OURS:
            for origin in origins(web):
                assert (await web.request("GET", path, headers={"Origin": origin})).status_code == 403, origin
            ours = await web.request("GET", path, headers={"Origin": web.server.url})
            assert ours.status_code == (401 if path.startswith("/api") else 200)


async def test_only_the_runtimes_files_may_be_read_by_an_opaque_origin() -> None:
    async with served() as web:
        answer = await web.request("GET", RUNTIME + "pyodide.mjs", headers={"Origin": "null"})
        assert answer.status_code == 200 and answer.headers["access-control-allow-origin"] == "*"
        for path in PATHS:
            allowed = (await web.request("GET", path)).headers.get("access-control-allow-origin")
            assert allowed == ("*" if path.startswith(RUNTIME) else None)


@pytest.mark.parametrize("path", ["/socket", "/relay"])
async def test_no_foreign_page_opens_a_socket(path: str) -> None:
    async with served() as web:
        upgrade = ["Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="]

        async def status(host: str, *more: str) -> bytes:
            lines = [f"GET {path} HTTP/1.1", f"Host: {host}", *upgrade, "Connection: Upgrade", *more, "", ""]
            reader, writer = await asyncio.open_connection("127.0.0.1", web.port)
            writer.write("\r\n".join(lines).encode())
            line = await reader.readline()
            writer.close()
            return line.split()[1]

        for origin in origins(web):
            assert await status(web.host, f"Origin: {origin}") == b"403", origin
        assert await status("evil.example") == b"421"
        assert await status(web.host) == b"101"
        assert await status(web.host, f"Origin: {web.server.url}") == b"101"


async def test_every_answer_carries_the_headers_that_keep_secrets_in() -> None:
    async with served() as web:
        for path in [*PATHS, "/nowhere"]:
            for headers in ({}, {"Origin": "null"}, {"Host": "evil.example"}):
                answer = await web.request("GET", path, headers=headers)
                assert answer.headers["referrer-policy"] == "no-referrer"
                assert answer.headers["x-content-type-options"] == "nosniff"
                assert "frame-ancestors" in answer.headers["content-security-policy"] or path.startswith("/static")
                assert "unsafe-inline" not in answer.headers["content-security-policy"]
                assert "set-cookie" not in answer.headers and "server" not in answer.headers


async def test_a_request_with_a_body_is_refused_before_it_is_read() -> None:
    async with served() as web:
        for lines in (["Content-Length: 1"], ["Content-Length: 99999999999"], ["Transfer-Encoding: chunked"]):
            answer = await web.raw(head("/api/jobs", f"Host: {web.host}", *lines, method="POST"))
            assert answer.split()[1] == b"413"


async def test_a_head_that_is_too_large_or_ambiguous_is_refused() -> None:
    async with served() as web:
        large = await web.raw(head("/", f"Host: {web.host}", "X: " + "x" * 40_000))
        many = await web.raw(head("/", f"Host: {web.host}", *(f"X-{number}: {'y' * 30}" for number in range(1000))))
        smuggled = await web.raw(
            head("/", f"Host: {web.host}", "Content-Length: 5", "Transfer-Encoding: chunked", method="POST")
        )
        for answer in (large, many, smuggled):
            assert answer.split()[1] in (b"400", b"413")
        assert (await web.request("GET", "/healthz")).text == "ok\n"


OUTSIDE = [
    "/static/../secret.txt",
    "/static/%2e%2e/secret.txt",
    "/static/%2e%2e%2fsecret.txt",
    "/static/..%5csecret.txt",
    "/static//etc/passwd",
    "/static/%00",
    "/static/page-abc.js%00.html",
    "/static/page-abc.js.br",
    "/static/CON",
    "/static/" + "x" * 4096,
    "/secret.txt",
    "/manifest.json",
]


async def test_no_path_leads_out_of_what_the_manifest_names() -> None:
    async with served() as web:
        for path in OUTSIDE:
            answer = await web.raw(head(path, f"Host: {web.host}"))
            assert answer.split()[1] in (b"404", b"400") and b"not in the manifest" not in answer, path


def test_default_ports_need_not_be_named() -> None:
    assert hosts_of(("https://a.example",)) == {
        "a.example": "https://a.example",
        "a.example:443": "https://a.example",
    }
