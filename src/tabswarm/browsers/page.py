"""What can be done with a browser, a page, a frame and a worker, whatever the browser.

Scripts are JavaScript expressions; what they give, or what the promise gives that they return, comes back as JSON
values (`undefined` as None). Clicks and keys are real input: they go through the browser's own event queue, need the
element to be there, in sight and enabled, and count as a user's gesture.
"""

from __future__ import annotations

import asyncio
import base64
import json
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from tabswarm.browsers.errors import BrowserError, EvaluationFailed, PageTimeout, RealmGone

# Named keys of `Page.press`: what DevTools calls them, its key code, and WebDriver's code point.
KEYS: dict[str, tuple[int, str]] = {
    "Enter": (13, "\ue007"),
    "Tab": (9, "\ue004"),
    "Escape": (27, "\ue00c"),
    "Backspace": (8, "\ue003"),
    "Space": (32, " "),
    "ArrowUp": (38, "\ue013"),
    "ArrowDown": (40, "\ue015"),
    "ArrowLeft": (37, "\ue012"),
    "ArrowRight": (39, "\ue014"),
}

# The middle of an element that a user could click now, else why not.
_MIDDLE = """(() => {
  const element = document.querySelector(SELECTOR);
  if (!element) return "is not there";
  if (element.disabled) return "is disabled";
  element.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
  const box = element.getBoundingClientRect();
  if (box.width === 0 || box.height === 0) return "cannot be seen";
  const x = box.x + box.width / 2, y = box.y + box.height / 2;
  const top = document.elementFromPoint(x, y);
  if (!top) return "lies under nothing";
  if (!element.contains(top) && !top.contains(element)) return "lies under " + top.outerHTML.slice(0, 80);
  return [x, y];
})()"""


@dataclass(frozen=True)
class ConsoleMessage:
    """A line of a page's console; its level is `log`, `info`, `warn`, `error`, `debug`, or `exception` (uncaught)."""

    level: str
    text: str


class Realm(ABC):
    """A place where scripts run: a page, a frame in it, a worker of it."""

    url: str

    async def evaluate(self, expression: str, timeout: float = 30) -> Any:
        """The JSON value of an expression, awaited if it is a promise.

        Raises EvaluationFailed when it throws, PageTimeout after `timeout` seconds, RealmGone when the page has left.

        >>> await page.evaluate("fetch('/healthz').then(answer => answer.text())")  # doctest: +SKIP
        'ok'
        """
        text = await self._evaluate_text(f"(async () => JSON.stringify(await (\n{expression}\n)))()", timeout)
        return None if text is None else json.loads(text)

    async def wait_for(self, expression: str, timeout: float = 30) -> Any:
        """Evaluates the expression again and again until it gives something truthy, and returns that.

        A page that is just being replaced by the next one is waited for as well. Raises PageTimeout after `timeout`
        seconds, with the last value.
        """
        ends = time.monotonic() + timeout
        value: Any = None
        while (left := ends - time.monotonic()) > 0:
            try:
                if value := await self.evaluate(expression, timeout=left):
                    return value
            except RealmGone:
                value = "the page was being replaced"
            await asyncio.sleep(0.05)
        raise PageTimeout(f"`{expression}` gave nothing but {json.dumps(value)} for {timeout:g} s in {self.url[:200]}")

    @abstractmethod
    async def _evaluate_text(self, expression: str, timeout: float) -> str | None: ...


class Page(Realm):
    """A tab in a window of its own."""

    def __init__(self) -> None:
        self.console: list[ConsoleMessage] = []

    async def goto(self, url: str, timeout: float = 30) -> None:
        """Leads the page to an address and waits until it is loaded. Raises BrowserError where nothing answers."""
        await self._navigate(url, timeout)
        self.url = url

    async def click(self, selector: str, timeout: float = 30) -> None:
        """Clicks the middle of the first element that the selector finds, once it is there, in sight and enabled."""
        x, y = await self._middle_of(selector, timeout)
        await self._click_at(x, y)

    async def type(self, selector: str, text: str, timeout: float = 30) -> None:
        """Clicks the element, then types the text key by key."""
        await self.click(selector, timeout)
        for character in text:
            await self._press_character(character)

    async def press(self, key: str) -> None:
        """Presses and releases a key: one of `KEYS` or a single character."""
        if key in KEYS:
            await self._press_key(key)
        elif len(key) == 1:
            await self._press_character(key)
        else:
            raise BrowserError(f"Unknown key {key!r}; known are single characters and {', '.join(KEYS)}.")

    async def screenshot(
        self,
        path: Path | str,
        width: int | None = None,
        height: int | None = None,
        dark: bool = False,
        whole: bool = False,
    ) -> Path:
        """Writes what the page shows as PNG and returns the path.

        `width` and `height` (CSS pixels) resize the page first, for good; `whole` takes the page below the fold too.
        `dark` asks the page for its dark colours; in Firefox only where it was launched with `dark=True`.
        """
        if width is not None or height is not None:
            await self.set_viewport(width or 1280, height or 800)
        target = Path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(base64.b64decode(await self._capture(dark, whole)))
        return target

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *raised: object) -> None:
        try:
            await self.close()
        except BrowserError:
            if raised[0] is None:
                raise

    async def _middle_of(self, selector: str, timeout: float) -> tuple[float, float]:
        script = _MIDDLE.replace("SELECTOR", json.dumps(selector))
        ends = time.monotonic() + timeout
        while True:
            try:
                found = await self.evaluate(script, max(0.1, ends - time.monotonic()))
            except RealmGone:
                found = "is on a page that was being replaced"
            if isinstance(found, list):
                return float(found[0]), float(found[1])
            if time.monotonic() >= ends:
                raise PageTimeout(f"{selector} {found}, for {timeout:g} s in {self.url[:200]}")
            await asyncio.sleep(0.05)

    @abstractmethod
    async def close(self) -> None:
        """Closes the tab at once; its page is not asked."""

    @abstractmethod
    async def frames(self) -> list[Realm]:
        """The page's frames, at every depth, those in processes of their own too."""

    @abstractmethod
    async def workers(self) -> list[Realm]:
        """The dedicated workers of the page and of its frames. Firefox lists them and runs no script in them."""

    @abstractmethod
    async def set_viewport(self, width: int, height: int) -> None:
        """Sets the size of the page in CSS pixels, one device pixel each."""

    @abstractmethod
    async def before_load(self, script: str) -> None:
        """Runs a script in this page, before its own scripts, at every load from now on."""

    @abstractmethod
    async def _navigate(self, url: str, timeout: float) -> None: ...

    @abstractmethod
    async def _click_at(self, x: float, y: float) -> None: ...

    @abstractmethod
    async def _press_key(self, key: str) -> None: ...

    @abstractmethod
    async def _press_character(self, character: str) -> None: ...

    @abstractmethod
    async def _capture(self, dark: bool, whole: bool) -> str: ...


class Browser(ABC):
    """A running browser. Use it as `async with launch(...) as browser`, which ends it in good order."""

    kind: str
    version: str

    @property
    @abstractmethod
    def pid(self) -> int:
        """The process that all of this browser's processes descend from."""

    async def open(self, url: str, before_load: str = "", timeout: float = 30) -> Page:
        """Opens an address in a new tab in a window of its own, and waits until it is loaded.

        `before_load` is a script to run before the page's own. Raises BrowserError where nothing answers.
        """
        page = await self._new_page()
        if before_load:
            await page.before_load(before_load)
        await page.goto(url, timeout)
        return page

    @abstractmethod
    async def _new_page(self) -> Page: ...

    @abstractmethod
    async def close(self) -> None:
        """Ends the browser in good order and waits until its processes and its profile are gone."""

    @abstractmethod
    def kill(self) -> None:
        """Ends all its processes at once, as a crash or `kill -9` would."""


def failed(text: str) -> EvaluationFailed | RealmGone:
    """The error for a script that threw `text`."""
    return RealmGone(text) if "context was destroyed" in text else EvaluationFailed(text)
