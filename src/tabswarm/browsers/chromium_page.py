"""A page of Chromium. A frame of another origin and every worker are targets of their own there, each with a session;
frames of the same process are execution contexts within the session of their parent."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field

from tabswarm.browsers.connection import Connection, Json
from tabswarm.browsers.errors import BrowserError, PageTimeout, RealmGone
from tabswarm.browsers.page import KEYS, ConsoleMessage, Page, Realm, failed


@dataclass
class _Target:
    """A page, frame or worker that has a session, and the default context of each frame that lives in it."""

    session: str
    type: str
    url: str
    contexts: dict[str, str] = field(default_factory=dict)  # frame id -> unique id of its context


async def _evaluate(connection: Connection, session: str, context: str, expression: str, timeout: float) -> str | None:
    params: Json = {"expression": expression, "awaitPromise": True, "returnByValue": True, "userGesture": True}
    if context:
        params["uniqueContextId"] = context
    answer = await connection.call("Runtime.evaluate", params, session, timeout)
    if "exceptionDetails" in answer:
        raise failed(_words_of(answer["exceptionDetails"]))
    text = answer["result"].get("value")
    return text if isinstance(text, str) else None


def _words_of(details: Json) -> str:
    thrown = details.get("exception", {})
    return str(thrown.get("description") or thrown.get("value") or details.get("text", "an exception without words"))


class _ChromiumRealm(Realm):
    """A frame or a worker."""

    def __init__(self, connection: Connection, session: str, context: str, url: str) -> None:
        self._connection, self._session, self._context, self.url = connection, session, context, url

    async def _evaluate_text(self, expression: str, timeout: float) -> str | None:
        return await _evaluate(self._connection, self._session, self._context, expression, timeout)


class ChromiumPage(Page):
    """A tab of Chromium."""

    def __init__(
        self, connection: Connection, target: str, session: str, listeners: dict[str, Callable[[str, Json], None]]
    ) -> None:
        super().__init__()
        self.url = "about:blank"
        self._connection, self._target, self._session, self._listeners = connection, target, session, listeners
        self._targets: dict[str, _Target] = {}
        self._dark = False
        self._loaded = asyncio.Event()

    async def prepare(self, dark: bool) -> None:
        """Asks for the events that this class lives on."""
        self._watch(_Target(self._session, "page", self.url))
        # Enabled before anything is loaded: the page's process may take a command later than a navigation is done.
        await self._call("Page.enable")
        await self._call("Runtime.enable")
        self._dark = dark
        await self._ask_for_colours(dark)

    async def close(self) -> None:
        for session in self._targets:
            self._listeners.pop(session, None)
        await self._connection.call("Target.closeTarget", {"targetId": self._target})

    async def frames(self) -> list[Realm]:
        found: list[Realm] = []
        for target in [target for target in self._targets.values() if target.type != "worker"]:
            with contextlib.suppress(RealmGone):
                tree = await self._connection.call("Page.getFrameTree", session=target.session)
                for frame in _flat(tree["frameTree"]):
                    context = target.contexts.get(frame["id"])
                    if context and frame["id"] != self._target:
                        url = frame["url"] + frame.get("urlFragment", "")
                        found.append(_ChromiumRealm(self._connection, target.session, context, url))
        return found

    async def workers(self) -> list[Realm]:
        return [
            _ChromiumRealm(self._connection, target.session, "", target.url)
            for target in self._targets.values()
            if target.type == "worker"
        ]

    async def set_viewport(self, width: int, height: int) -> None:
        size: Json = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        await self._call("Emulation.setDeviceMetricsOverride", size)

    async def before_load(self, script: str) -> None:
        await self._call("Page.addScriptToEvaluateOnNewDocument", {"source": script})

    async def freeze(self) -> None:
        """Stops all scripts of the page, as Chromium does with a tab that nobody looked at for long, until `thaw`."""
        await self._call("Page.setWebLifecycleState", {"state": "frozen"})

    async def thaw(self) -> None:
        """Lets the page go on where `freeze` stopped it."""
        await self._call("Page.setWebLifecycleState", {"state": "active"})

    async def heap_bytes(self) -> int:
        """Bytes that the page's own scripts hold (objects and array buffers, without frames and workers), after
        garbage was collected."""
        await self._call("HeapProfiler.collectGarbage")
        usage = await self._call("Runtime.getHeapUsage")
        return int(usage["usedSize"]) + int(usage["backingStorageSize"])

    async def _evaluate_text(self, expression: str, timeout: float) -> str | None:
        return await _evaluate(self._connection, self._session, "", expression, timeout)

    async def _navigate(self, url: str, timeout: float) -> None:
        self._loaded.clear()
        answer = await self._call("Page.navigate", {"url": url}, timeout)
        if why := answer.get("errorText"):
            raise BrowserError(f"{url[:200]} did not open: {why}")
        if "loaderId" not in answer:  # the same document, another fragment: nothing is loaded
            return
        try:
            async with asyncio.timeout(timeout):
                await self._loaded.wait()
        except TimeoutError:
            raise PageTimeout(f"{url[:200]} was not loaded in {timeout:g} s") from None

    async def _click_at(self, x: float, y: float) -> None:
        place: Json = {"x": x, "y": y, "button": "left", "clickCount": 1}
        await self._call("Input.dispatchMouseEvent", {"type": "mouseMoved", "x": x, "y": y})
        await self._call("Input.dispatchMouseEvent", {"type": "mousePressed", **place})
        await self._call("Input.dispatchMouseEvent", {"type": "mouseReleased", **place})

    async def _press_key(self, key: str) -> None:
        code, text = KEYS[key]
        name = " " if key == "Space" else key
        event: Json = {"key": name, "code": key, "windowsVirtualKeyCode": code}
        typed = {"Enter": "\r", "Space": text}.get(key)
        await self._call("Input.dispatchKeyEvent", {"type": "keyDown", **event, **({"text": typed} if typed else {})})
        await self._call("Input.dispatchKeyEvent", {"type": "keyUp", **event})

    async def _press_character(self, character: str) -> None:
        await self._call("Input.dispatchKeyEvent", {"type": "keyDown", "key": character, "text": character})
        await self._call("Input.dispatchKeyEvent", {"type": "keyUp", "key": character})

    async def _capture(self, dark: bool, whole: bool) -> str:
        await self._ask_for_colours(dark or self._dark)
        try:
            params: Json = {"format": "png", "captureBeyondViewport": whole}
            if whole:
                size = (await self._call("Page.getLayoutMetrics"))["cssContentSize"]
                params["clip"] = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
            return str((await self._call("Page.captureScreenshot", params))["data"])
        finally:
            await self._ask_for_colours(self._dark)

    async def _ask_for_colours(self, dark: bool) -> None:
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        await self._call("Emulation.setEmulatedMedia", {"features": [scheme]})

    async def _call(self, method: str, params: Json | None = None, timeout: float = 30) -> Json:
        return await self._connection.call(method, params, self._session, timeout)

    def _watch(self, target: _Target) -> None:
        self._targets[target.session] = target
        self._listeners[target.session] = lambda method, params: self._on_event(target, method, params)
        # No answer is waited for: a worker in the midst of computing answers when it is done.
        self._connection.tell("Runtime.enable", session=target.session)
        if target.type != "worker":
            self._connection.tell("Page.enable", session=target.session)
        attach = {"autoAttach": True, "waitForDebuggerOnStart": False, "flatten": True}
        self._connection.tell("Target.setAutoAttach", attach, target.session)

    def _on_event(self, target: _Target, method: str, params: Json) -> None:
        match method:
            case "Page.loadEventFired" if target.session == self._session:
                self._loaded.set()
            case "Target.attachedToTarget":
                info = params["targetInfo"]
                if info["type"] in ("iframe", "worker"):
                    self._watch(_Target(params["sessionId"], info["type"], info["url"]))
            case "Target.detachedFromTarget":
                self._targets.pop(params["sessionId"], None)
                self._listeners.pop(params["sessionId"], None)
            case "Runtime.executionContextCreated":
                context = params["context"]
                data = context.get("auxData", {})
                if data.get("isDefault") and "frameId" in data:
                    target.contexts[data["frameId"]] = context["uniqueId"]
            case "Runtime.executionContextDestroyed":
                gone = params["executionContextUniqueId"]
                target.contexts = {frame: context for frame, context in target.contexts.items() if context != gone}
            case "Runtime.executionContextsCleared":
                target.contexts.clear()
            case "Runtime.consoleAPICalled":
                level = "warn" if params["type"] == "warning" else str(params["type"])
                self.console.append(ConsoleMessage(level, " ".join(_shown(argument) for argument in params["args"])))
            case "Runtime.exceptionThrown":
                self.console.append(ConsoleMessage("exception", _words_of(params["exceptionDetails"])))


def _flat(tree: Json) -> list[Json]:
    return [tree["frame"], *(frame for child in tree.get("childFrames", []) for frame in _flat(child))]


def _shown(argument: Json) -> str:
    return str(argument["value"] if "value" in argument else argument.get("description", argument.get("type", "")))
