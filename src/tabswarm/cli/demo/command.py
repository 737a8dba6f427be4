"""The demo: a coordinator, a native worker with two slots, two headless tabs, and a word count over real text."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
import tempfile
import time
from collections import Counter
from contextlib import AsyncExitStack, suppress
from pathlib import Path

import rich_click as click

from tabswarm.browsers import BrowserError
from tabswarm.cli.demo.answer import (
    count_plainly,
    most_frequent,
    standard_library,
    volunteers_table,
    words_table,
)
from tabswarm.cli.demo.tabs import browser_for_tabs, open_tabs
from tabswarm.cli.jobs import fetch_reports
from tabswarm.cli.serve import stop_signal
from tabswarm.cli.terminal import complain, err, out, show_links
from tabswarm.coordinator.serve import RunningServer, serve
from tabswarm.errors import TabswarmError
from tabswarm.plan.report import JobReport
from tabswarm.worker.native import run_worker

SLOTS = 2
TABS = 2
READY_WITHIN = 60.0
"""Seconds for tabs to load Python; a cold machine with two busy cores needs some 10."""


@click.command("demo")
@click.option("--open", "stay", is_flag=True, help="Stay up afterwards, so that you can join with tabs of your own.")
@click.option("--lan", is_flag=True, help="Let phones and laptops of this network join (plain http).")
@click.option("--require-tabs", is_flag=True, help="Fail where there is no browser, instead of going on without.")
def command(stay: bool, lan: bool, require_tabs: bool) -> None:
    """Count the words of Python's standard library on a native worker and two real browser tabs, and check the
    answer."""
    try:
        ended_well = asyncio.run(demo(stay=stay, lan=lan, require_tabs=require_tabs))
    except BrowserError as error:
        raise TabswarmError(f"the browser tabs failed: {error}") from error
    sys.exit(0 if ended_well else 1)


async def demo(*, stay: bool, lan: bool, require_tabs: bool) -> bool:
    """Run the demo; True where the answer equals the plain loop's."""
    paths = standard_library()
    megabytes = sum(path.stat().st_size for path in paths) / 1e6
    browser = await asyncio.to_thread(browser_for_tabs, required=require_tabs)
    async with AsyncExitStack() as stack:
        server = await start_server(lan)
        stack.push_async_callback(server.close)
        show_links(invite=server.invite_link)
        worker = asyncio.create_task(run_worker(server.invite_link, slots=SLOTS, memory=2 * 2**30, name="native"))
        stack.push_async_callback(end, worker)
        if browser:
            err.print(f"Opening {TABS} headless tabs of {browser.version} and pressing Start in each", markup=False)
            await stack.enter_async_context(open_tabs(browser, server.invite_link, TABS))
        volunteers = await wait_for_volunteers(server, worker, 1 + (TABS if browser else 0))
        err.print(
            f"Counting the words of {len(paths):,} files ({megabytes:.0f} MB) on {volunteers} volunteers", markup=False
        )
        began = time.monotonic()
        counts = await count_on_swarm(server.driver_link, paths)
        seconds = time.monotonic() - began
        (report,) = await asyncio.to_thread(fetch_reports, server.driver_link)
        plain = await asyncio.to_thread(count_plainly, paths)  # beside the loop, which answers the peers meanwhile
        ended_well = show_answer(counts, plain, report, seconds)
        if stay:
            out.print("\nStill up: open the invite link in tabs of your own, and run programs with", markup=False)
            out.print(f"  tabswarm run JOB.py --master {server.driver_link}", style="cyan", markup=False)
            out.print("Ctrl-C ends it.", markup=False)
            await stop_signal()
        return ended_well


async def start_server(lan: bool) -> RunningServer:
    """The demo's coordinator: on this machine only, or on its network where phones are to join."""
    if not lan:
        return await serve(title="The demo: counting words of Python's standard library")
    address = lan_address()
    err.print(
        f"Listening on {address} over plain http: whoever reads this network's traffic can read the links.",
        markup=False,
    )
    return await serve(
        host=address, allow_plain_http=True, title="The demo: counting words of Python's standard library"
    )


def lan_address() -> str:
    """This machine's address in its own network: the one it would send from. Sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # TEST-NET-1 (RFC 5737): a route is looked up, no packet goes out
        except OSError:
            raise TabswarmError("--lan: this machine is in no network") from None
        address: str = probe.getsockname()[0]
    return address


async def wait_for_volunteers(server: RunningServer, worker: asyncio.Task[None], count: int) -> int:
    """Wait until that many volunteers can take tasks; how many did within `READY_WITHIN`, at least one."""
    ends = time.monotonic() + READY_WITHIN
    while True:
        volunteers = server.coordinator.swarm(server.swarm).scheduler.volunteers()
        there = sum(volunteer.slots > 0 for volunteer in volunteers)
        if there >= count or (there and time.monotonic() > ends):
            return there
        if worker.done():
            worker.result()
        if time.monotonic() > ends:
            raise TabswarmError(f"no volunteer joined within {READY_WITHIN:g} s")
        await asyncio.sleep(0.1)


async def count_on_swarm(driver_link: str, paths: list[Path]) -> Counter[str]:
    """Run the word count the way a user does, by `tabswarm run`, and read what it wrote."""
    with tempfile.TemporaryDirectory(prefix="tabswarm-demo-") as folder:
        answer, listing = Path(folder, "counts.json"), Path(folder, "paths.txt")
        listing.write_text("\n".join(map(str, paths)), encoding="utf-8")
        script = Path(folder, "word_count.py")  # a file of the user's own, as errors and reports will call it
        script.write_bytes(Path(__file__).with_name("word_count.py").read_bytes())
        arguments = ["run", str(script), "--", str(answer), str(listing)]
        program = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tabswarm", *arguments, env=os.environ | {"TABSWARM_MASTER": driver_link}
        )
        try:
            code = await program.wait()
        finally:
            if program.returncode is None:
                program.terminate()
                await program.wait()
        if code:
            raise TabswarmError(f"the word count ended with exit code {code}; what it said stands above")
        return Counter(json.loads(answer.read_text(encoding="utf-8")))


def show_answer(counts: Counter[str], plain: Counter[str], report: JobReport, seconds: float) -> bool:
    """Print the top words, the verdict, and who computed what; True where the swarm and the plain loop agree."""
    out.print(words_table(counts))
    same = counts == plain and most_frequent(counts) == most_frequent(plain)
    if same:
        verdict = f"The same as a plain loop over the files gives: {len(counts):,} words, in {seconds:.1f} s."
        out.print(f"\n[green]✓[/green] {verdict}\n")
    else:
        wrong = sum(counts[word] != plain[word] for word in counts | plain)
        complain(f"the swarm's answer differs from a plain loop's in {wrong:,} of {len(counts | plain):,} words")
    out.print(volunteers_table(report))
    moved = report.bytes
    out.print(
        f"\nBlock bytes: {moved.direct:,} direct, {moved.relayed:,} relayed, {moved.inline:,} inside messages.",
        markup=False,
    )
    return same


async def end(worker: asyncio.Task[None]) -> None:
    """End the native worker, and say so where it ended by itself with an error."""
    worker.cancel()
    with suppress(asyncio.CancelledError):
        await worker
