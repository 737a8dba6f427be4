"""A web server on loopback whose pages misbehave in the ways that pages do."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class WebServer:
    """`url(path)` of a page; `asked` counts the requests for each path, and `headers` has those of the last one."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.headers: dict[str, str] = {}
        self.released = threading.Event()
        self.silent = threading.Event()
        web = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                web.asked[self.path] += 1
                web.headers = dict(self.headers.items())
                getattr(self, "page_" + self.path.split("?")[0].strip("/").replace("-", "_"), self.page_missing)()

            def page_text(self) -> None:
                self.answer(200, "to be\r\nor not\n\xff".encode("latin-1"))

            def page_closed(self) -> None:
                self.answer(200, b"no CORS header", cors=False)

            def page_missing(self) -> None:
                self.answer(404, b"")

            def page_busy_once(self) -> None:
                self.answer(503 if web.asked[self.path] == 1 else 200, b"after all")

            def page_busy(self) -> None:
                self.answer(503, b"")

            def page_moved(self) -> None:
                self.lead("/text")

            def page_loop(self) -> None:
                self.lead("/loop")

            def page_to_ftp(self) -> None:
                self.lead("ftp://127.0.0.1/file")

            def page_dropped(self) -> None:
                self.begin(200, 1000)
                self.wfile.write(b"only this")

            def page_declared(self) -> None:
                self.begin(200, 10**9)

            def page_endless(self) -> None:
                self.begin(200, None)
                try:
                    while True:
                        self.wfile.write(bytes(1 << 16))
                except OSError:
                    pass

            def page_silent(self) -> None:
                if "long" in self.path:
                    web.silent.set()
                web.released.wait(60)

            def lead(self, to: str) -> None:
                self.send_response(302)
                self.send_header("Location", to)
                self.send_header("Access-Control-Allow-Origin", "*")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def begin(self, status: int, length: int | None, cors: bool = True) -> None:
                self.send_response(status)
                if length is not None:
                    self.send_header("Content-Length", str(length))
                if cors:
                    self.send_header("Access-Control-Allow-Origin", "*")
                self.end_headers()

            def answer(self, status: int, body: bytes, cors: bool = True) -> None:
                self.begin(status, len(body), cors)
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/{path}"

    def close(self) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def web_server() -> Iterator[WebServer]:
    server = WebServer()
    try:
        yield server
    finally:
        server.close()
