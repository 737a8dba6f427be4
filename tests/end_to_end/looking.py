"""Looking at a page as people do: at the size of a laptop and of a phone, in light and in dark, by a screen reader.

The pictures lie in `screenshots/` for whoever wants to see them; axe-core finds what a screen reader or the keyboard
would stumble over, colours that are hard to read, and what sticks out sideways is found by measuring.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tabswarm.browsers import Page

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "screenshots"
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
SIZES = {"laptop": (1280, 800), "phone": (390, 844)}

_RUN_AXE = """
axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) =>
    violations.map(({ id, help, nodes }) => {
        const where = nodes.slice(0, 5).map(({ html }) => html.slice(0, 200));
        return `${id}: ${help}: ${where.join(" | ")}`;
    }))
"""
_STICKS_OUT = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


async def look(page: Page, name: str) -> list[str]:
    """Take the four pictures of what the page shows now, as `NAME-laptop-light.png` and so on; gives what is wrong."""
    wrong = []
    for size, (width, height) in SIZES.items():
        for dark in (False, True):
            shade = "dark" if dark else "light"
            await page.screenshot(PICTURES / f"{name}-{size}-{shade}.png", width, height, dark=dark)
            found = await violations(page)
            if (pixels := await page.evaluate(_STICKS_OUT)) > 0:
                found.append(f"{pixels} pixels stick out sideways")
            wrong += [f"{name}, {size}, {shade}: {violation}" for violation in found]
    return wrong


async def violations(page: Page) -> list[str]:
    """What axe-core finds wrong with the page as it is."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate("(() => {\n" + AXE.read_text(encoding="utf-8") + "\nreturn null})()")
    found: list[Any] = await page.evaluate(_RUN_AXE, 60)
    return [str(violation) for violation in found]
