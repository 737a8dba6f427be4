"""The tutorial is true: each of its steps is done on the real pages as docs/tutorial.md tells it.

A label that is pressed here has to stand in bold in its step, and what is typed in a block of code. So neither the page
nor the tutorial can change alone.
"""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest
from tests.end_to_end.swarm import Swarm

from tabswarm.browsers import Browser, Page
from tabswarm.browsers.errors import PageTimeout

TEXT = (Path(__file__).parents[2] / "docs" / "tutorial.md").read_text(encoding="utf-8")
PATIENCE = 240.0
"""Seconds until something that must happen counts as never happening: a page may start Python twice meanwhile."""

# Marks what a person means by a label: what can be pressed and seen, and is called so; first in what lies on top.
FIND = """(() => {
  const called = (element) => [
    element.getAttribute("aria-label"), element.textContent, element.querySelector("strong")?.textContent,
  ].some((name) => name?.trim() === LABEL);
  const seen = (element) => element.getClientRects().length > 0 && !element.disabled;
  const all = [...document.querySelectorAll("button, a, summary, [role=tab]")];
  const meant = all.filter((one) => called(one) && seen(one));
  const found = meant.find((one) => one.closest(".menu[open], dialog[open]")) ?? meant[0];
  for (const old of document.querySelectorAll("[data-tutorial]")) old.removeAttribute("data-tutorial");
  found?.setAttribute("data-tutorial", "");
  return found !== undefined;
})()"""
LAST_CELL = "article.cell:last-of-type"


class Step:
    """A numbered part of the tutorial."""

    def __init__(self, number: int) -> None:
        found = re.search(rf"^## {number}\. .*?(?=^## |\Z)", TEXT, re.DOTALL | re.MULTILINE)
        assert found, f"the tutorial has no step {number}"
        self.text = re.sub(r"\s+", " ", found[0])
        self.code = re.findall(r"^```\w+\n(.*?)\n```$", found[0], re.DOTALL | re.MULTILINE)

    def says(self, label: str) -> str:
        """A label of the page's, if the step has it in bold."""
        assert f"**{label}**" in self.text, f"the tutorial does not say **{label}** where it is pressed or read"
        return label

    async def press(self, page: Page, label: str) -> None:
        """Press what is called so. Looks for it again where something opens above it meanwhile."""
        ends = time.monotonic() + PATIENCE
        while True:
            await page.wait_for(FIND.replace("LABEL", json.dumps(self.says(label))), PATIENCE)
            try:
                return await page.click("[data-tutorial]", 5)
            except PageTimeout:
                if time.monotonic() > ends:
                    raise

    async def read(self, page: Page, words: str) -> None:
        """Wait until the page says so."""
        await page.wait_for(f"document.body.innerText.includes({json.dumps(self.says(words))})", PATIENCE)


async def cell_is_done(page: Page, cells: int) -> None:
    """Wait until there are so many cells and the last one has run."""
    await page.wait_for(
        f"document.querySelectorAll('article.cell').length === {cells} && "
        f"document.querySelector('{LAST_CELL}').dataset.run === 'done'",
        PATIENCE,
    )


def test_the_steps_are_numbered_and_nothing_is_left_untold() -> None:
    assert [int(number) for number in re.findall(r"^## (\d+)\. ", TEXT, re.MULTILINE)] == list(range(1, 9))


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.timeout(900)
async def test_a_newcomer_gets_through_the_tutorial(chromium: Browser, swarm: Swarm) -> None:
    # 1. Start a swarm
    assert Step(1).code == ["tabswarm serve"], "what the fixture has started"

    # 2. Open the console
    step = Step(2)
    console = await chromium.open(swarm.driver_link)
    await step.read(console, "Compute with the tabs of those who help")
    assert await console.evaluate("location.hash") == ""

    # 3. Run an example
    step = Step(3)
    await step.press(console, "Examples")
    await step.press(console, "Mandelbrot")
    await console.wait_for("document.querySelectorAll('article.cell').length === 2", PATIENCE)
    await step.press(console, "Run all")

    # 4. Share the link
    step = Step(4)
    await step.press(console, "Invite")
    link = json.dumps(swarm.invite_link)
    await console.wait_for(f"[...document.querySelectorAll('input')].some((input) => input.value === {link})", PATIENCE)
    await console.press("Escape")
    volunteers = []
    for _ in range(2):
        page = await chromium.open(swarm.invite_link)
        await step.press(page, "Start")
        volunteers.append(page)
    await swarm.wait_for(lambda there: len(there) == 2)

    # 5. Watch
    step = Step(5)
    await step.press(console, "Swarm")
    await console.wait_for("document.querySelector('main#swarm')?.innerText.includes('2')", PATIENCE)
    await step.press(console, "Jobs")
    await console.wait_for("document.querySelector('main#jobs')?.innerText.includes('image')", PATIENCE)

    # 6. Write a cell
    step = Step(6)
    await step.press(console, "Notebook")
    await cell_is_done(console, 2)
    await console.wait_for(f"document.querySelector('{LAST_CELL} figure.image canvas') !== null", PATIENCE)
    await step.press(console, "Add cell")
    await console.wait_for("document.querySelectorAll('article.cell').length === 3", PATIENCE)
    [code] = step.code
    await console.type(f"{LAST_CELL} .cm-content", code, PATIENCE)
    await console.wait_for(
        f"document.querySelector('{LAST_CELL} .cm-content').textContent.trim() === {json.dumps(code)}", PATIENCE
    )
    await console.click(f"{LAST_CELL} .run button", PATIENCE)
    await cell_is_done(console, 3)
    await console.wait_for(f"document.querySelector('{LAST_CELL} figure.line svg') !== null", PATIENCE)

    # 7. Close it, and come back
    step = Step(7)
    await step.read(console, "Saved")
    await console.close()
    console = await chromium.open(swarm.driver_link)
    await console.wait_for(
        "document.querySelectorAll('article.cell').length === 3 && "
        "document.querySelectorAll('figure.image canvas, figure.line svg').length === 2",
        PATIENCE,
    )
    await console.click(f"{LAST_CELL} .run button", PATIENCE)
    await console.wait_for("document.querySelectorAll('article.cell[data-run=done]').length === 3", PATIENCE)
    drawn = [job for job in await swarm.jobs() if job["action"] == "image"]
    assert len(drawn) == 1, "the picture was computed once, and fetched after that"

    # 8. Let the volunteers go
    step = Step(8)
    for page in volunteers:
        await step.press(page, "Finish then stop")
        await step.read(page, "You can close this tab now")
    await swarm.wait_for(lambda there: not there)
    assert "**Stop now**" in step.text
