"""Chromium, driven by its DevTools protocol over a pipe: no port that others on the machine could connect to."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Self

from tabswarm.browsers.chromium_page import ChromiumPage
from tabswarm.browsers.connection import Connection, Json, Pipe
from tabswarm.browsers.errors import BrowserError
from tabswarm.browsers.page import Browser
from tabswarm.browsers.process import BrowserProcess, new_profile

FLAGS = (
    "--headless",
    "--remote-debugging-pipe",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-dev-shm-usage",  # /dev/shm is 64 MB in many containers
    "--disable-extensions",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--disable-features=IntensiveWakeUpThrottling,MediaRouter,OptimizationHints,Translate",
    # Several tabs compute at once, and none of them has a person before it.
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    "--force-color-profile=srgb",
    "--hide-scrollbars",
    "--mute-audio",
    "--password-store=basic",
    "--use-mock-keychain",
)


class ChromiumBrowser(Browser):
    """A running Chromium, Chrome or kin."""

    kind = "chromium"

    def __init__(self, process: BrowserProcess, wire: Pipe, dark: bool) -> None:
        self._process = process
        self._dark = dark
        self._listeners: dict[str, Callable[[str, Json], None]] = {}
        self.connection = Connection(wire, self._on_event)

    @classmethod
    async def start(cls, executable: Path, arguments: Sequence[str] = (), dark: bool = False) -> Self:
        """Starts the program; raises BrowserError, with its last words, where it does not answer."""
        profile = new_profile(executable)
        # Chromium's own sandbox does not work for root; whoever is not root keeps it.
        flags = [*FLAGS, f"--user-data-dir={profile}", *(["--no-sandbox"] if os.geteuid() == 0 else []), *arguments]
        ours, theirs = socket.socketpair()
        with theirs:
            process = await BrowserProcess.start([str(executable), *flags, "about:blank"], profile, theirs.fileno())
        browser = cls(process, await Pipe.over(ours), dark)
        try:
            answer = await browser.connection.call("Browser.getVersion", timeout=60)
        except BaseException as error:
            browser.kill()
            await browser.close()
            if isinstance(error, BrowserError):
                raise BrowserError(
                    f"{executable} did not start: {error} Its last words:\n{process.last_words}"
                ) from error
            raise
        browser.version = answer["product"]
        return browser

    async def _new_page(self) -> ChromiumPage:
        created = await self.connection.call("Target.createTarget", {"url": "about:blank", "newWindow": True})
        target = created["targetId"]
        attached = await self.connection.call("Target.attachToTarget", {"targetId": target, "flatten": True})
        page = ChromiumPage(self.connection, target, attached["sessionId"], self._listeners)
        await page.prepare(self._dark)
        return page

    async def close(self) -> None:
        """Ends the browser in good order; one that does not end in 10 s is killed."""
        self.connection.tell("Browser.close")
        await asyncio.sleep(0)  # let it be sent
        if not await self._process.wait(10):
            self.kill()
            await self._process.wait(10)
        await self.connection.close()

    @property
    def pid(self) -> int:
        return self._process.pid

    def kill(self) -> None:
        self._process.kill()

    def _on_event(self, method: str, params: Json, session: str) -> None:
        if listener := self._listeners.get(session):
            listener(method, params)
