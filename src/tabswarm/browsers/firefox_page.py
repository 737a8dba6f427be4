"""A page of Firefox. Frames are browsing contexts below it; workers are realms whose owner is a frame's realm."""

from __future__ import annotations

from collections.abc import Callable

from tabswarm.browsers.connection import Connection, Json
from tabswarm.browsers.errors import BrowserError
from tabswarm.browsers.page import KEYS, ConsoleMessage, Page, Realm, failed


async def _evaluate(connection: Connection, context: str, expression: str, timeout: float) -> str | None:
    params: Json = {
        "expression": expression,
        "target": {"context": context},
        "awaitPromise": True,
        "userActivation": True,
    }
    answer = await connection.call("script.evaluate", params, timeout=timeout)
    if answer["type"] == "exception":
        raise failed(_words_of(answer["exceptionDetails"]))
    text = answer["result"].get("value")
    return text if isinstance(text, str) else None


def _words_of(details: Json) -> str:
    frames = details.get("stackTrace", {}).get("callFrames", [])
    lines = [f"    at {frame['functionName'] or '?'} ({frame['url']}:{frame['lineNumber'] + 1})" for frame in frames]
    return "\n".join([details.get("text", "an exception without words"), *lines])


class _FirefoxFrame(Realm):
    def __init__(self, connection: Connection, context: str, url: str) -> None:
        self._connection, self._context, self.url = connection, context, url

    async def _evaluate_text(self, expression: str, timeout: float) -> str | None:
        return await _evaluate(self._connection, self._context, expression, timeout)


class _FirefoxWorker(Realm):
    def __init__(self, url: str) -> None:
        self.url = url

    async def _evaluate_text(self, expression: str, timeout: float) -> str | None:
        raise BrowserError(
            "Firefox lists workers and runs no script in them for WebDriver BiDi; send the script through the page "
            "(a message to the worker, or a task)."
        )


class FirefoxPage(Page):
    """A tab of Firefox."""

    def __init__(
        self, connection: Connection, context: str, listeners: list[Callable[[str, Json], None]], dark: bool
    ) -> None:
        super().__init__()
        self.url = "about:blank"
        self._connection, self._context, self._listeners, self._dark = connection, context, listeners, dark
        self._known = {context}
        listeners.append(self._on_event)

    async def close(self) -> None:
        self._listeners.remove(self._on_event)
        await self._connection.call("browsingContext.close", {"context": self._context, "promptUnload": False})

    async def frames(self) -> list[Realm]:
        return [
            _FirefoxFrame(self._connection, context, url)
            for context, url in await self._contexts()
            if context != self._context
        ]

    async def workers(self) -> list[Realm]:
        contexts = {context for context, _ in await self._contexts()}
        realms: list[Json] = (await self._connection.call("script.getRealms"))["realms"]
        ours = {realm["realm"] for realm in realms if realm.get("context") in contexts}
        found: list[Realm] = []
        for realm in realms:  # a worker's worker is listed after its owner
            if realm["type"] == "dedicated-worker" and ours.intersection(realm["owners"]):
                ours.add(realm["realm"])
                found.append(_FirefoxWorker(realm["origin"]))
        return found

    async def set_viewport(self, width: int, height: int) -> None:
        await self._call(
            "browsingContext.setViewport", {"viewport": {"width": width, "height": height}, "devicePixelRatio": 1}
        )

    async def before_load(self, script: str) -> None:
        params: Json = {"functionDeclaration": f"() => {{\n{script}\n}}", "contexts": [self._context]}
        await self._connection.call("script.addPreloadScript", params)

    async def _contexts(self) -> list[tuple[str, str]]:
        tree = await self._connection.call("browsingContext.getTree", {"root": self._context})
        found = [(info["context"], info["url"]) for info in _flat(tree["contexts"][0])]
        self._known.update(context for context, _ in found)
        return found

    async def _evaluate_text(self, expression: str, timeout: float) -> str | None:
        return await _evaluate(self._connection, self._context, expression, timeout)

    async def _navigate(self, url: str, timeout: float) -> None:
        await self._call("browsingContext.navigate", {"url": url, "wait": "complete"}, timeout)

    async def _click_at(self, x: float, y: float) -> None:
        actions: list[Json] = [
            {"type": "pointerMove", "x": round(x), "y": round(y)},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        ]
        await self._call("input.performActions", {"actions": [{"type": "pointer", "id": "mouse", "actions": actions}]})

    async def _press_key(self, key: str) -> None:
        await self._press_character(KEYS[key][1])

    async def _press_character(self, character: str) -> None:
        actions: list[Json] = [{"type": "keyDown", "value": character}, {"type": "keyUp", "value": character}]
        await self._call("input.performActions", {"actions": [{"type": "key", "id": "keyboard", "actions": actions}]})

    async def _capture(self, dark: bool, whole: bool) -> str:
        if dark and not self._dark:
            raise BrowserError(
                'Firefox takes its colours at its start: launch("firefox", dark=True) for dark pictures.'
            )
        answer = await self._call("browsingContext.captureScreenshot", {"origin": "document" if whole else "viewport"})
        return str(answer["data"])

    async def _call(self, method: str, params: Json, timeout: float = 30) -> Json:
        return await self._connection.call(method, {"context": self._context, **params}, timeout=timeout)

    def _on_event(self, method: str, params: Json) -> None:
        if method != "log.entryAdded" or params["source"].get("context") not in self._known:
            return
        level = "exception" if params["type"] == "javascript" else params.get("method", params["level"])
        self.console.append(ConsoleMessage(str(level), str(params.get("text") or "")))


def _flat(info: Json) -> list[Json]:
    return [info, *(inner for child in info.get("children") or [] for inner in _flat(child))]
