"""Real browsers, found, got, started headless and driven: for the demo's tabs and for the end-to-end tests.

Chromium is driven by its DevTools protocol over a pipe, Firefox by WebDriver BiDi over a loopback WebSocket; both with
what Python has, so neither Node nor a driver program is needed at run time. One interface covers the two:

    async with launch("chromium") as browser:
        page = await browser.open("http://localhost:8000/")
        await page.click("#start")
        await page.wait_for("document.querySelector('#state').textContent === 'computing'")

    errors.py      what goes wrong, as types
    find.py        is there a browser? told by running it
    download.py    a Chromium from npm, into the user's cache
    install.py     gets one where there is none, or says how
    guard.py       the little process between us and the browser: it ends the browser when we end, however we end
    process.py     starts a browser under its guard, with a profile of its own
    connection.py  commands and events as JSON, which both protocols share
    page.py        what can be done with a page, a frame, a worker
    chromium*.py, firefox*.py   the two protocols
    launch.py      all of it together
"""

from __future__ import annotations

from tabswarm.browsers.errors import BrowserError, BrowserMissing, EvaluationFailed, PageTimeout, RealmGone
from tabswarm.browsers.find import FoundBrowser, Kind, find_browser
from tabswarm.browsers.install import get_browser
from tabswarm.browsers.launch import launch
from tabswarm.browsers.page import Browser, ConsoleMessage, Page, Realm

__all__ = [
    "Browser",
    "BrowserError",
    "BrowserMissing",
    "ConsoleMessage",
    "EvaluationFailed",
    "FoundBrowser",
    "Kind",
    "Page",
    "PageTimeout",
    "Realm",
    "RealmGone",
    "find_browser",
    "get_browser",
    "launch",
]
