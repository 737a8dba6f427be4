"""The page as Python has it: the functions of `console_worker.ts`, with buffers of JavaScript's own for bytes."""

from __future__ import annotations

from typing import cast

from pyodide.ffi import to_js

from tabswarm.console.host import Page


class JsPage:
    """A `Page`: passes everything on."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def say(self, message: bytes) -> None:
        """A message for the coordinator."""
        self._page.say(to_js(message))

    def provide(self, block: str, data: bytes, hashes: bytes) -> None:
        """A block of the driver's own."""
        self._page.provide(block, to_js(data), to_js(hashes))

    def __getattr__(self, name: str) -> object:
        return getattr(self._page, name)


def page_of(page: Page) -> Page:
    """The page to use from Python."""
    return cast(Page, JsPage(page))
