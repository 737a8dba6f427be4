"""Firefox, driven by WebDriver BiDi. It listens on a free loopback port; whoever knows it could drive that Firefox,
which has a profile of its own with nothing in it, and lives no longer than the demo or the test."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Self

import websockets
from websockets.asyncio.client import ClientConnection

from tabswarm.browsers.connection import Connection, Json
from tabswarm.browsers.errors import BrowserError
from tabswarm.browsers.firefox_page import FirefoxPage
from tabswarm.browsers.page import Browser
from tabswarm.browsers.process import BrowserProcess, new_profile

Preference = bool | int | str

# Firefox sets most of what automation needs by itself when a debugging port is asked for; these are the rest.
PREFERENCES: Mapping[str, Preference] = {
    "app.update.enabled": False,
    "browser.aboutwelcome.enabled": False,
    "browser.newtabpage.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage": "about:blank",
    "browser.startup.page": 0,
    "browser.tabs.warnOnClose": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,#remote-settings-dummy/v1",
    "toolkit.telemetry.enabled": False,
    # Several tabs compute at once, and none of them has a person before it.
    "dom.ipc.processPriorityManager.enabled": False,
    "dom.min_background_timeout_value": 4,
    "dom.timeout.enable_budget_timer_throttling": False,
    "ui.useOverlayScrollbars": 1,  # no bar in a picture
    "widget.windows.window_occlusion_tracking.enabled": False,
}


class FirefoxBrowser(Browser):
    """A running Firefox."""

    kind = "firefox"

    def __init__(self, process: BrowserProcess, wire: ClientConnection, dark: bool) -> None:
        self._process = process
        self._dark = dark
        self._listeners: list[Callable[[str, Json], None]] = []
        self.connection = Connection(wire, self._on_event)

    @classmethod
    async def start(
        cls,
        executable: Path,
        arguments: Sequence[str] = (),
        dark: bool = False,
        preferences: Mapping[str, Preference] | None = None,
    ) -> Self:
        """Starts the program; raises BrowserError, with its last words, where it does not answer."""
        profile = new_profile(executable)
        chosen = {
            **PREFERENCES,
            "layout.css.prefers-color-scheme.content-override": 0 if dark else 1,
            **(preferences or {}),
        }
        lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in chosen.items()]
        (profile / "user.js").write_text("\n".join(lines) + "\n", encoding="utf-8")
        flags = ["--headless", "--no-remote", "--profile", str(profile), "--remote-debugging-port", "0", *arguments]
        process = await BrowserProcess.start([str(executable), *flags, "about:blank"], profile)
        try:
            line = await process.line_with("WebDriver BiDi listening on", timeout=60)
            address = re.search(r"ws://\S+", line)
            if address is None:
                raise BrowserError(f"{executable} named no address: {line}")
            wire = await websockets.connect(f"{address[0]}/session", max_size=None, proxy=None, ping_interval=None)
            browser = cls(process, wire, dark)
            session = await browser.connection.call("session.new", {"capabilities": {}}, timeout=60)
            browser.version = f"Firefox/{session['capabilities']['browserVersion']}"
            await browser.connection.call("session.subscribe", {"events": ["log.entryAdded"]})
        except BaseException:
            process.kill()
            await process.wait(10)
            raise
        return browser

    async def _new_page(self) -> FirefoxPage:
        created = await self.connection.call("browsingContext.create", {"type": "window"})
        return FirefoxPage(self.connection, created["context"], self._listeners, self._dark)

    async def close(self) -> None:
        """Ends the browser in good order; one that does not end in 10 s is killed."""
        with contextlib.suppress(BrowserError):
            await self.connection.call("browser.close", timeout=10)
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
        for listener in self._listeners:
            listener(method, params)
