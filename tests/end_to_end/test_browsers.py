"""The browser harness itself, on both real browsers: what every other end-to-end test stands on."""

from __future__ import annotations

import asyncio
import os
import signal
import struct
import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote

import psutil
import pytest
import pytest_asyncio

from tabswarm.browsers import Browser, BrowserError, EvaluationFailed, Kind, PageTimeout, Realm, launch

pytestmark = pytest.mark.asyncio(loop_scope="module")

KINDS: tuple[Kind, ...] = ("chromium", "firefox")


def page_of(html: str) -> str:
    return "data:text/html;charset=utf-8," + quote(f"<!doctype html>{html}")


@pytest.fixture(scope="module", params=KINDS)
def kind(request: pytest.FixtureRequest) -> Kind:
    return request.param  # type: ignore[no-any-return]  # pytest does not know the type of a parameter


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser(kind: Kind) -> AsyncIterator[Browser]:
    async with launch(kind) as running:
        yield running


async def test_expressions_and_promises_come_back_as_json_and_errors_as_errors(browser: Browser) -> None:
    page = await browser.open(page_of("<title>hello</title>"))
    assert await page.evaluate("document.title") == "hello"
    assert await page.evaluate("({a: [1, 2.5, null, 'ü'], b: true})") == {"a": [1, 2.5, None, "ü"], "b": True}
    assert await page.evaluate("new Promise(done => setTimeout(() => done(42), 10))") == 42
    assert await page.evaluate("undefined") is None
    with pytest.raises(EvaluationFailed, match="no such luck"):
        await page.evaluate("Promise.reject(new Error('no such luck'))")
    with pytest.raises(EvaluationFailed, match=r"SyntaxError|unexpected|expected"):
        await page.evaluate("this is no script")
    with pytest.raises(PageTimeout):
        await page.evaluate("new Promise(() => {})", timeout=0.2)
    assert await page.evaluate("document.title") == "hello"


async def test_clicks_and_keys_are_real_input_to_what_can_be_clicked(browser: Browser) -> None:
    page = await browser.open(
        page_of(
            """<button id=start disabled>Start</button> <input id=name>
            <p style="height: 3000px"></p> <button id=far>Far</button>
            <script>
            setTimeout(() => { start.disabled = false; }, 200);
            start.onclick = event => { document.title = `${event.isTrusted} ${navigator.userActivation.isActive}`; };
            far.onclick = () => { document.title = 'far'; };
            const field = document.querySelector('#name');
            field.onkeydown = event => { if (event.key === 'Enter') document.title = field.value; };
            </script>"""
        )
    )
    await page.click("#start")
    assert await page.wait_for("document.title") == "true true"
    await page.click("#far")
    assert await page.wait_for("document.title === 'far'")
    await page.type("#name", "Grüße, 42")
    await page.press("Enter")
    assert await page.wait_for("document.title === 'Grüße, 42'")
    with pytest.raises(PageTimeout, match="#nobody is not there"):
        await page.click("#nobody", timeout=0.2)


async def test_the_console_holds_what_a_page_says_and_what_nobody_caught(browser: Browser) -> None:
    page = await browser.open(page_of("<script>console.warn('careful', 7); throw new Error('overboard')</script>"))
    await page.wait_for("true")
    for _ in range(100):
        if len(page.console) >= 2:
            break
        await asyncio.sleep(0.02)
    assert ("warn", "careful 7") in [(message.level, message.text) for message in page.console]
    assert [message.level for message in page.console if "overboard" in message.text] == ["exception"]


async def until_one(listing: str, page: object, containing: str) -> Realm:
    for _ in range(300):
        realms: list[Realm] = await getattr(page, listing)()
        found = [realm for realm in realms if containing in realm.url]
        if found:
            return found[0]
        await asyncio.sleep(0.02)
    raise AssertionError(f"no {listing} with {containing}")


async def test_scripts_run_inside_a_sandboxed_frame(browser: Browser) -> None:
    inner = "<script>self.secret = 5; new Worker(`data:text/javascript,self.deep=6`, {type: `module`})</script>"
    page = await browser.open(page_of(f'<iframe sandbox="allow-scripts" srcdoc="{inner}"></iframe>'))
    frame = await until_one("frames", page, "srcdoc")
    assert await frame.wait_for("self.secret") == 5
    assert await frame.evaluate("origin") == "null"
    with pytest.raises(EvaluationFailed):
        await frame.evaluate("parent.document.title")
    worker = await until_one("workers", page, "self.deep")
    if browser.kind == "chromium":
        assert await worker.wait_for("self.deep") == 6
        assert await worker.evaluate("typeof RTCPeerConnection") == "undefined"
    else:
        with pytest.raises(BrowserError, match="runs no script in them"):
            await worker.evaluate("self.deep")


async def test_several_pages_of_one_browser_stay_visible_and_keep_their_pace(browser: Browser) -> None:
    ticking = page_of("<script>self.ticks = 0; setInterval(() => { self.ticks += 1; }, 20)</script>")
    first, second, third = [await browser.open(ticking) for _ in range(3)]
    before = await first.evaluate("self.ticks")
    for page in (first, second, third):
        assert await page.evaluate("document.visibilityState") == "visible"
        await page.wait_for(f"self.ticks >= {before + 25}", timeout=5)
    await second.close()
    assert await first.evaluate("1 + 1") == 2
    with pytest.raises(BrowserError):
        await second.evaluate("1 + 1", timeout=5)


async def test_a_script_before_load_comes_before_the_pages_own(browser: Browser) -> None:
    page = await browser.open(
        page_of("<script>document.title = typeof RTCPeerConnection</script>"), "delete self.RTCPeerConnection"
    )
    assert await page.evaluate("document.title") == "undefined"


async def test_an_address_where_nobody_answers_is_an_error(browser: Browser) -> None:
    with pytest.raises(BrowserError):
        await browser.open("http://127.0.0.1:1/")


@pytest.mark.parametrize("dark", [False, True])
async def test_pictures_have_the_size_and_colours_asked_for(kind: Kind, dark: bool, tmp_path: Path) -> None:
    async with launch(kind, dark=dark) as browser:
        page = await browser.open(
            page_of("<meta name=viewport content='width=device-width'><p style='height: 2000px'>")
        )
        assert await page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches") is dark
        phone = await page.screenshot(tmp_path / "new" / "phone.png", width=360, height=640)
        assert png_size(phone) == (360, 640)
        assert await page.evaluate("innerWidth") == 360
        width, height = png_size(await page.screenshot(tmp_path / "whole.png", whole=True))
        assert (width, height > 1900) == (360, True)


def png_size(path: Path) -> tuple[int, int]:
    width, height = struct.unpack(">II", path.read_bytes()[16:24])
    return width, height


def processes_of(profile: Path) -> list[int]:
    found = []
    for process in psutil.process_iter(["pid", "cmdline"]):
        if any(str(profile) in argument for argument in process.info["cmdline"] or ()):
            found.append(process.info["pid"])
    return found


async def until_gone(profile: Path) -> None:
    for _ in range(1000):
        if not profile.exists() and not processes_of(profile):
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"{profile} exists: {profile.exists()}; processes: {processes_of(profile)}")


async def test_closing_and_killing_leave_neither_a_process_nor_a_profile(kind: Kind) -> None:
    for end in ("close", "kill"):
        async with launch(kind) as browser:
            profile: Path = browser._process.profile  # type: ignore[attr-defined]
            await browser.open(page_of("<p>"))
            assert processes_of(profile), "the control: it runs, and we can see it"
            if end == "kill":
                browser.kill()
                await until_gone(profile)
        await until_gone(profile)


async def test_a_browser_dies_with_the_process_that_started_it_even_by_kill_9(kind: Kind) -> None:
    program = textwrap.dedent(
        f"""
        import asyncio
        from tabswarm.browsers import launch
        async def main():
            async with launch({kind!r}) as browser:
                await browser.open("about:blank")
                print(browser._process.profile, flush=True)
                await asyncio.sleep(1000)
        asyncio.run(main())
        """
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    owner = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, env=environment)
    assert owner.stdout is not None
    with owner.stdout:
        profile = Path((await asyncio.to_thread(owner.stdout.readline)).strip())
    assert profile.is_dir() and processes_of(profile)
    owner.send_signal(signal.SIGKILL)
    await asyncio.to_thread(owner.wait)
    await until_gone(profile)
