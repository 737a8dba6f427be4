"""Fetches what a URL gives, for a task whose plan names it: `http:` and `https:` only, within limits of size and time.

A native worker runs its jobs' code without a sandbox, so it keeps no URL from them that they could not fetch
themselves; a tab does (`web/src/volunteer/urls.ts`; decision 0116).
"""

from __future__ import annotations

import asyncio
import http.client
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from email.message import Message
from typing import IO

from tabswarm.errors import UrlUnavailable
from tabswarm.wire.version import tabswarm_version

CHUNK = 1 << 16
AT_ONCE = 8
"""Fetches under way at a time."""
WORTH_A_RETRY = frozenset((408, 425, 429, 500, 502, 503, 504))
"""Answers that may be others a moment later."""


@dataclass(frozen=True)
class UrlLimits:
    """How much of a URL is taken, and how long is waited: for each sign of life, and in all. `pauses` lie between the
    tries; there is one try more than there are pauses. Times are in seconds."""

    size: int = 64 << 20
    quiet: float = 20.0
    total: float = 120.0
    redirects: int = 5
    pauses: tuple[float, ...] = (0.5, 2.0)


class UrlFetcher:
    """Fetches in threads of its own, which end by themselves when their time is over."""

    def __init__(self, limits: UrlLimits | None = None) -> None:
        self._limits = limits or UrlLimits()
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def fetch(self, url: str) -> bytes:
        """The bytes of a URL. Raises `UrlUnavailable`, which names it and why, after a few tries."""
        for pause in (*self._limits.pauses, None):
            try:
                async with self._turns:
                    return await _in_thread(url, self._limits)
            except _Failed as failed:
                if pause is None or not failed.may_pass:
                    raise UrlUnavailable(f"{url} could not be fetched: {failed}") from None
                await asyncio.sleep(pause)
        raise AssertionError("the last try returns or raises")


class _Failed(Exception):
    """One try failed. `may_pass`: another one may not."""

    def __init__(self, why: str, may_pass: bool = False) -> None:
        super().__init__(why)
        self.may_pass = may_pass


async def _in_thread(url: str, limits: UrlLimits) -> bytes:
    """Run one try in a daemon thread: whoever stops waiting for it, or ends the process, is not held up."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[bytes] = loop.create_future()

    def tell(data: bytes | None, error: Exception | None) -> None:
        if answer.done():
            return
        if error is not None:
            answer.set_exception(error)
        else:
            answer.set_result(data or b"")

    def run() -> None:
        data, failed = None, None
        try:
            data = read_url(url, limits)
        except Exception as error:
            failed = error
        try:
            loop.call_soon_threadsafe(tell, data, failed)
        except RuntimeError:
            pass  # the loop is closed: nobody waits any more

    threading.Thread(target=run, daemon=True, name="tabswarm url").start()
    return await answer


def read_url(url: str, limits: UrlLimits) -> bytes:
    """One try."""
    deadline = time.monotonic() + limits.total
    opener = urllib.request.build_opener(_Redirects(limits.redirects))
    request = urllib.request.Request(url, headers={"User-Agent": f"tabswarm/{tabswarm_version()}"})
    try:
        with opener.open(request, timeout=limits.quiet) as response:
            return _read(response, limits, deadline)
    except urllib.error.HTTPError as error:
        error.close()
        raise _Failed(f"the server answers {error.code} {error.reason}", error.code in WORTH_A_RETRY) from None
    except urllib.error.URLError as error:
        reason = error.reason
        words = str(reason) if str(reason) else type(reason).__name__
        raise _Failed("the server does not answer" if isinstance(reason, TimeoutError) else words, True) from None
    except TimeoutError:
        raise _Failed(f"nothing came for {limits.quiet:g} s", True) from None
    except http.client.IncompleteRead:
        raise _Failed("the connection ended before all of it was there", True) from None
    except (OSError, http.client.HTTPException) as error:
        raise _Failed(f"the connection broke: {str(error) or type(error).__name__}", True) from None
    except ValueError as error:  # what the server sent makes no sense, such as a port that is no number
        raise _Failed(f"{error}") from None


def _read(response: http.client.HTTPResponse, limits: UrlLimits, deadline: float) -> bytes:
    declared = response.length
    too_large = _Failed(f"it is larger than the {limits.size:,} bytes that a volunteer takes")
    if declared is not None and declared > limits.size:
        raise too_large
    parts: list[bytes] = []
    size = 0
    while part := response.read1(CHUNK):
        parts.append(part)
        size += len(part)
        if size > limits.size:
            raise too_large
        if time.monotonic() > deadline:
            raise _Failed(f"it was not all there after {limits.total:g} s", True)
    if declared is not None and size < declared:
        raise _Failed(f"the connection ended after {size:,} of {declared:,} bytes", True)
    return b"".join(parts)


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows a few redirections, to `http:` and `https:` only."""

    def __init__(self, limit: int) -> None:
        self._left = limit

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage | Message,
        newurl: str,
    ) -> urllib.request.Request | None:
        self._left -= 1
        if self._left < 0:
            fp.close()
            raise _Failed("it leads from one address to the next, and on and on")
        if not newurl.lower().startswith(("http://", "https://")):
            fp.close()
            raise _Failed(f"it leads to {newurl:.200}, which is neither http: nor https:")
        return super().redirect_request(req, fp, code, msg, headers, newurl)  # type: ignore[arg-type]
