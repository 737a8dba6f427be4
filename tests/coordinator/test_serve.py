"""A coordinator behind a port: its links, its doors, and what it says when it cannot start."""

from __future__ import annotations

import asyncio
import contextlib
import io
import socket
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.coordinator.in_memory import encode, hello, lost
from tests.coordinator.web_client import WebClient, served
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tabswarm.coordinator import http
from tabswarm.coordinator.bounds import Bounds
from tabswarm.coordinator.serve import serve
from tabswarm.coordinator.settings import CannotServe, Settings
from tabswarm.coordinator.swarm import Swarm
from tabswarm.errors import ConnectionRefused, TokenRefused
from tabswarm.transport.connection import ConnectionLost
from tabswarm.transport.links import parse_link
from tabswarm.transport.session import open_driver_session, open_volunteer_session
from tabswarm.transport.websocket import WebSocketDoor
from tabswarm.wire.messages import ListJobs, Ping

CERTIFICATE = Path(__file__).parent / "certificate" / "cert.pem"
KEY = CERTIFICATE.with_name("key.pem")


async def test_the_links_let_each_role_in_over_a_real_socket() -> None:
    async with served() as web:
        invite = parse_link(web.server.invite_link, role="volunteer")
        driver = parse_link(web.server.driver_link, role="driver")
        assert invite.origin == driver.origin == web.server.url and invite.token != driver.token
        volunteer = await open_volunteer_session(
            await WebSocketDoor(invite).connect("control"), hello(invite.token, "volunteer")
        )
        session = await open_driver_session(
            await WebSocketDoor(driver).connect("control"), hello(driver.token, "driver")
        )
        assert volunteer.welcome.title == session.welcome.title == "a test"
        await session.send(ListJobs(request=1))
        while type(await session.receive()).__name__ != "Jobs":
            pass
        relay = await WebSocketDoor(invite).connect("relay")
        told = hello(invite.token, "volunteer", socket="relay", resume=volunteer.welcome.resume)
        await relay.send(encode(told))
        assert b"Welcome" in await relay.receive()
        await volunteer.close()
        assert (await lost(relay.receive)).code == 1001
        with pytest.raises(TokenRefused, match="another role"):
            await open_driver_session(await WebSocketDoor(invite).connect("control"), hello(invite.token, "driver"))
        await session.close()


@contextlib.asynccontextmanager
async def dialled(web: WebClient, path: str = "/socket") -> AsyncIterator[ClientConnection]:
    async with connect(f"ws://{web.host}{path}", compression=None, proxy=None, max_size=None) as socket:
        yield socket


async def closed(peer: ClientConnection) -> tuple[int, str]:
    try:
        while True:
            await peer.recv()
    except ConnectionClosed as gone:
        assert gone.rcvd is not None
        return gone.rcvd.code, gone.rcvd.reason


@pytest.mark.parametrize("path", ["/socket", "/relay"])
async def test_bad_input_before_the_hello_gets_its_close_code(path: str) -> None:
    async with served(Bounds(hello_seconds=0.3)) as web:
        async with dialled(web, path) as peer:
            await peer.send("text")
            assert await closed(peer) == (4400, "text where bytes are due")
        async with dialled(web, path) as peer:
            await peer.send(bytes(1025))
            assert (await closed(peer))[0] == 1009
        async with dialled(web, path) as peer:
            await peer.send([bytes(600), bytes(600)])
            assert (await closed(peer))[0] == 1009
        async with dialled(web, path) as peer:
            await peer.send(b"nonsense")
            assert (await closed(peer))[0] == 4400
        async with dialled(web, path) as peer:
            await peer.send(encode(hello("x" * 32, "driver")))
            assert await closed(peer) == (4401, "no such token")
        async with dialled(web, path) as peer:
            assert await closed(peer) == (4408, "no hello within 0.3 s")
        assert (await web.request("GET", "/healthz")).text == "ok\n"


async def test_a_message_of_endless_fragments_is_cut_off() -> None:
    async with served() as web, dialled(web) as peer:

        async def fragments() -> AsyncIterator[bytes]:
            while True:
                yield b""
                await asyncio.sleep(0)

        with pytest.raises(ConnectionClosed):
            await peer.send(fragments())
        assert (await closed(peer))[0] == 1009


async def test_compression_is_not_taken_up() -> None:
    async with served() as web:
        async with connect(f"ws://{web.host}/socket", compression="deflate", proxy=None) as peer:
            assert peer.response is not None and "Sec-WebSocket-Extensions" not in peer.response.headers


async def test_large_messages_pass_once_the_token_is_known() -> None:
    async with served() as web, dialled(web) as peer:
        link = parse_link(web.server.driver_link)
        await peer.send(encode(hello(link.token, "driver")))
        await peer.recv()
        await peer.send(encode({"type": "Fetched", "job": "x" * 2**20}))
        while b"not_allowed" not in bytes(await peer.recv(decode=False)):
            pass
        with contextlib.suppress(ConnectionClosed):
            await peer.send(bytes(32 * 2**20 + 1))
        assert (await closed(peer))[0] == 1009


async def test_an_address_that_fails_too_often_has_to_wait() -> None:
    async with served() as web:
        for _ in range(120):
            assert (await web.request("GET", "/api/jobs")).status_code == 401
        assert (await web.request("GET", "/api/jobs")).status_code == 429
        async with dialled(web) as peer:
            assert (await closed(peer))[0] == 4429
        assert (await web.request("GET", "/healthz")).status_code == 200


async def test_no_token_is_ever_written_anywhere(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TABSWARM_LOG", "info")
    async with await serve() as server:
        web = WebClient(server)
        tokens = [server.driver_link.partition("#")[2], server.invite_link.partition("#")[2], "x" * 32]
        for token in tokens:
            await web.request("GET", f"/api/jobs?token={token}", headers={"Authorization": f"Bearer {token}"})
            for role in ("driver", "volunteer"):
                async with dialled(web) as peer:
                    await peer.send(encode(hello(token, role)))
                    await peer.recv()
        await web.close()
    said = "".join(capfd.readouterr())
    assert "peer_joined" in said and "refused" in said
    assert not any(token in said for token in tokens)


async def test_closing_tells_the_peers_and_frees_the_port() -> None:
    server = await serve()
    link = parse_link(server.invite_link)
    volunteer = await open_volunteer_session(
        await WebSocketDoor(link).connect("control"), hello(link.token, "volunteer")
    )
    port = int(server.url.rpartition(":")[2])
    await server.close()
    gone = await lost(volunteer.receive)
    assert (gone.code, gone.reason) == (1001, "the coordinator stops")
    async with await serve(port=port) as again:
        assert again.url == server.url


async def test_a_port_in_use_is_one_clear_error() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(CannotServe, match=f"port {port} of 127.0.0.1 is in use"):
            await serve(port=port)


async def test_tls_serves_https_and_wss() -> None:
    async with await serve(tls_cert=CERTIFICATE, tls_key=KEY) as server:
        assert server.url.startswith("https://127.0.0.1:")
        link = parse_link(server.invite_link)
        with pytest.raises(ConnectionRefused, match="certificate"):
            await WebSocketDoor(link).connect("control")
        trusting = ssl.create_default_context(cafile=CERTIFICATE)
        connection = await WebSocketDoor(link, trusting).connect("control")
        session = await open_volunteer_session(connection, hello(link.token, "volunteer"))
        await session.send(Ping(number=1))
        await session.close()


async def test_a_certificate_that_cannot_be_used_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "bad.pem").write_text("no certificate")
    for certificate in (tmp_path / "bad.pem", tmp_path / "missing.pem"):
        with pytest.raises(CannotServe, match="cannot be used"):
            await serve(tls_cert=certificate, tls_key=KEY)


WRONG: list[tuple[dict[str, object], str]] = [
    ({"host": "0.0.0.0"}, "--allow-plain-http"),
    ({"host": "192.0.2.1"}, "--allow-plain-http"),
    ({"host": "0.0.0.0", "allow_plain_http": True}, "--public-url"),
    ({"port": 65536}, "no port"),
    ({"port": -1}, "no port"),
    ({"tls_cert": Path("cert.pem")}, "belong together"),
    ({"public_url": "swarm.example"}, "is not like"),
    ({"public_url": "https://swarm.example/path"}, "is not like"),
    ({"public_url": "https://swarm.example:99999"}, "public-url"),
    ({"public_url": "https://swarm.example#x"}, "is not like"),
]


@pytest.mark.parametrize(("given", "says"), WRONG, ids=range(len(WRONG)))
def test_settings_that_cannot_be_are_refused_with_what_to_change(given: dict[str, object], says: str) -> None:
    with pytest.raises(CannotServe, match=says):
        Settings(**given).check()  # type: ignore[arg-type]  # that is the point


def test_an_address_that_is_not_this_machines_is_one_clear_error() -> None:
    with pytest.raises(CannotServe, match="cannot listen on port 0 of 192"):
        asyncio.run(serve_at("192.0.2.1"))
    with pytest.raises(CannotServe, match="no address of this machine"):
        asyncio.run(serve_at("no such host.invalid"))


async def serve_at(host: str) -> None:
    await serve(host=host, allow_plain_http=True)


def test_the_names_under_which_it_is_reached_follow_from_the_settings() -> None:
    assert Settings(public_url="https://Swarm.example:443/").origins(8700) == (
        "https://swarm.example",
        "http://127.0.0.1:8700",
        "http://localhost:8700",
        "http://[::1]:8700",
    )
    beyond = Settings(host="192.0.2.7", allow_plain_http=True)
    beyond.check()
    assert beyond.origins(8700) == ("http://192.0.2.7:8700",)
    Settings(host="0.0.0.0", public_url="https://swarm.example").check()


async def test_a_slow_reader_on_a_real_socket_is_closed_and_the_rest_goes_on() -> None:
    async with served(Bounds(outbox_bytes=2**20)) as web:
        link = parse_link(web.server.driver_link)
        reader, writer = await asyncio.open_connection("127.0.0.1", web.port, limit=2**10)
        writer.write(
            f"GET /socket HTTP/1.1\r\nHost: {web.host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n".encode()
        )
        await reader.readuntil(b"\r\n\r\n")
        writer.write(masked(encode(hello(link.token, "driver"))))
        await reader.readuntil(b"Welcome")
        swarm = web.server.coordinator.swarm(web.server.swarm)
        (session,) = swarm.sessions.values()
        while not session.outbox.is_closing:
            session.outbox.put(bytes(2**16))
            await asyncio.sleep(0)
        await empty(swarm)
        writer.close()
        assert (await web.request("GET", "/healthz")).text == "ok\n"


async def empty(swarm: Swarm) -> None:
    """Wait until nobody is there any more."""
    async with asyncio.timeout(10):
        while True:
            if not swarm.sessions:
                return
            await asyncio.sleep(0.005)


def masked(data: bytes) -> bytes:
    """A WebSocket frame of bytes as a client sends it (with a mask of zeros)."""
    head = io.BytesIO()
    head.write(b"\x82")
    head.write(bytes([0x80 | len(data)]) if len(data) < 126 else b"\xfe" + len(data).to_bytes(2, "big"))
    return head.getvalue() + bytes(4) + data


async def test_a_lost_connection_is_told_as_gone() -> None:
    async with served() as web:
        link = parse_link(web.server.invite_link)
        connection = await WebSocketDoor(link).connect("control")
        volunteer = await open_volunteer_session(connection, hello(link.token, "volunteer"))
        await volunteer.close()
        with pytest.raises(ConnectionLost):
            await volunteer.receive()
        swarm = web.server.coordinator.swarm(web.server.swarm)
        await empty(swarm)


async def test_a_head_that_comes_too_slowly_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "HEAD_SECONDS", 0.05)
    async with served() as web:
        assert await web.raw(b"") == b""
        assert await web.raw(f"GET / HTTP/1.1\r\nHost: {web.host}\r\nX: ".encode()) == b""
        second = f"GET /healthz HTTP/1.1\r\nHost: {web.host}\r\n\r\nGET /healthz HTTP/1.1\r\nX: ".encode()
        assert (await web.raw(second)).count(b"200 OK") == 1
        assert (await web.request("GET", "/healthz")).text == "ok\n"
