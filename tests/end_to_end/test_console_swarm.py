"""The swarm and its jobs in the console, in real Chromium: who is here, what a job did, its report opened offline."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from tests.end_to_end.console import open_console, texts
from tests.end_to_end.looking import SIZES, look
from tests.end_to_end.swarm import PATIENCE, Swarm

from tabswarm import Context
from tabswarm.browsers import Browser

pytestmark = pytest.mark.asyncio(loop_scope="module")

NAME = "<img src=x onerror=window.harmed=1>"
_KEEP_DOWNLOADS = """
window.saved = [];
const make = URL.createObjectURL.bind(URL);
URL.createObjectURL = (made) => {
    if (made.type === "text/html") made.text().then((text) => window.saved.push(text));
    return make(made);
};
"""


def _count_words(link: str) -> None:
    with Context(link) as sc:
        words = sc.range(4_000, numSlices=8).map(lambda number: (number % 7, 1))
        assert len(words.reduceByKey(lambda one, other: one + other).collect()) == 7


async def test_who_comes_and_what_a_job_did_is_shown_and_can_be_kept(
    chromium: Browser, swarm: Swarm, tmp_path: Path
) -> None:
    page = await open_console(chromium, swarm)
    await page.wait_for("document.querySelector('.swarm-strip')?.textContent.includes('No volunteer yet')", PATIENCE)
    await page.click("#to-swarm")
    await page.wait_for(
        "document.querySelector('#swarm .status')?.textContent.includes('No volunteer is here')", PATIENCE
    )
    assert await page.evaluate("document.querySelector('#swarm .add-tab').href") == swarm.invite_link

    swarm.add_worker(slots=2, name=NAME)
    await page.wait_for("document.querySelectorAll('#swarm [data-volunteer]').length === 1", PATIENCE)
    assert await texts(page, "#swarm .who bdi") == [NAME]
    assert await look(page, "console-swarm") == []
    await page.set_viewport(*SIZES["laptop"])

    await asyncio.to_thread(_count_words, swarm.driver_link)
    await page.click("#to-jobs")
    await page.click("#jobs .job[data-state=done] a", PATIENCE)
    await page.wait_for("document.querySelectorAll('.graph .node.shuffle').length === 1", PATIENCE)
    await page.wait_for("document.querySelectorAll('.timeline-row .part.run').length > 0", PATIENCE)
    assert await look(page, "console-job") == []
    await page.set_viewport(*SIZES["laptop"])
    await page.click(".graph .node.shuffle", PATIENCE)
    code = "document.querySelector('.node-facts')?.textContent.includes('test_console_swarm.py')"
    await page.wait_for(code, PATIENCE)

    await page.evaluate("(() => {" + _KEEP_DOWNLOADS + "})()")
    await page.click("#save-report", PATIENCE)
    report: str = (await page.wait_for("window.saved.length > 0 ? window.saved : null", PATIENCE))[0]
    assert await page.evaluate("'harmed' in window") is False
    file = tmp_path / "report.html"
    file.write_text(report, encoding="utf-8")
    offline = await chromium.open(file.as_uri())
    for expected in ("Done", "Timeline", "Graph", "test_console_swarm.py", NAME):
        assert await offline.evaluate(f"document.body.textContent.includes({json.dumps(expected)})"), expected
    assert await offline.evaluate("document.querySelectorAll('script, img, link, iframe').length") == 0
    assert await offline.evaluate("document.querySelectorAll('.timeline-row .part.run').length") > 0
