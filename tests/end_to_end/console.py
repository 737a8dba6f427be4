"""The console's page as a person at it: opens the driver link, puts cells there, runs them and reads what they show."""

from __future__ import annotations

import json
from typing import Any

from tests.end_to_end.swarm import PATIENCE, Swarm

from tabswarm.browsers import Browser, Page


async def open_console(browser: Browser, swarm: Swarm) -> Page:
    """Open the driver link, and wait until the stored notebook is there."""
    page = await browser.open(swarm.driver_link)
    await page.wait_for("document.querySelector('#saved') !== null", PATIENCE)
    return page


async def drop_file(page: Page, name: str, content: str) -> None:
    """Drop a file on the page."""
    await page.evaluate(f"""(() => {{
        const transfer = new DataTransfer();
        transfer.items.add(new File([{json.dumps(content)}], {json.dumps(name)}));
        const way = {{ bubbles: true, cancelable: true, dataTransfer: transfer }};
        document.body.dispatchEvent(new DragEvent("drop", way));
    }})()""")


async def put_cells(page: Page, *sources: str) -> None:
    """Open these cells in the place of the empty ones that are there."""
    await drop_file(page, "cells.py", "\n".join(f"# %%\n{source}" for source in sources))
    await page.wait_for(f"document.querySelectorAll('.cell').length === {len(sources)}", PATIENCE)


async def run_all(page: Page) -> None:
    """Press Run all, and wait until nothing runs any more."""
    await page.click("#run-all", PATIENCE)
    await page.wait_for("document.querySelector('#run-all') !== null", 2 * PATIENCE)


async def saved(page: Page) -> None:
    """Wait until the page says that all is saved."""
    await page.wait_for("document.querySelector('#saved')?.dataset.state === 'saved'", PATIENCE)


async def states(page: Page) -> list[str]:
    """How the run of each cell stands: `never`, `done`, `failed` ..."""
    found: list[str] = await page.evaluate("[...document.querySelectorAll('.cell')].map((cell) => cell.dataset.run)")
    return found


async def texts(page: Page, selector: str) -> list[str]:
    """The text of every element that the selector finds."""
    query: Any = f"[...document.querySelectorAll({json.dumps(selector)})].map((found) => found.textContent)"
    found: list[str] = await page.evaluate(query)
    return found
