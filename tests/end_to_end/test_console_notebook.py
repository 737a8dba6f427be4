"""The console's notebook in real Chromium: cells run on a swarm, show what they should, and outlive their tab."""

from __future__ import annotations

import pytest
from tests.end_to_end.console import drop_file, open_console, put_cells, run_all, saved, states, texts
from tests.end_to_end.looking import look
from tests.end_to_end.swarm import PATIENCE, Swarm
from tests.hostile_strings import HARMED, HOSTILE, LONG

from tabswarm.browsers import Browser

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(600)]

BEGIN = "from tabswarm import Context\nsc = Context.getOrCreate()\n"
SHOWING = (
    BEGIN + "numbers = sc.parallelize(range(40), 4)\nprint(numbers.sum())",
    "numbers.map(lambda n: (n % 4, n)).show()",
    "numbers.map(lambda n: (n, n * n)).plot.line(title='Squares')",
)

FOREIGN = (
    "#page :is(script, img:not(.cm-widgetBuffer), iframe, object, embed, form:not(.words), video, audio, style), "
    "#page :is([onerror], [onload], [style*=url])"
)
"""What a hostile text would have to become to do harm; the editor and the invitation have what is excepted."""


async def test_cells_and_what_is_typed_are_there_again_in_the_next_tab(swarm: Swarm, chromium: Browser) -> None:
    page = await open_console(chromium, swarm)
    assert await look(page, "console-empty") == []
    await put_cells(page, "first = 1", "second = 2")
    await page.type(".cell:last-of-type .cm-content", " typed ")
    await saved(page)
    await page.close()
    again = await open_console(chromium, swarm)
    assert len(await texts(again, ".cell")) == 2
    await again.wait_for("document.querySelector('.cell:last-of-type .code').textContent.includes('typed')", PATIENCE)
    await again.close()


async def test_a_second_console_takes_the_notebook_over_and_the_first_takes_it_back(
    swarm: Swarm, chromium: Browser
) -> None:
    first = await open_console(chromium, swarm)
    await put_cells(first, "mine = 1")
    await saved(first)
    second = await open_console(chromium, swarm)
    await first.wait_for("document.querySelector('#take-back') !== null", PATIENCE)
    assert await look(first, "console-taken-over") == []
    await second.click("#add-cell", PATIENCE)
    await saved(second)
    await first.click("#take-back", PATIENCE)
    await second.wait_for("document.querySelector('#take-back') !== null", PATIENCE)
    await first.wait_for("document.querySelectorAll('.cell').length === 2", PATIENCE)
    await first.close()
    await second.close()


async def test_a_run_shows_text_a_table_and_a_plot_and_they_are_there_again_later(
    swarm: Swarm, chromium: Browser
) -> None:
    swarm.add_worker(2)
    page = await open_console(chromium, swarm)
    await put_cells(page, *SHOWING)
    await run_all(page)
    assert await states(page) == ["done", "done", "done"], await texts(page, ".outputs")
    assert await texts(page, ".cell:first-of-type .stream") == ["780\n"]
    await page.wait_for("document.querySelector('.plot svg path') !== null", PATIENCE)
    assert len(await texts(page, ".table tbody tr")) > 0
    assert await look(page, "console-run") == []
    await saved(page)
    await page.close()
    again = await open_console(chromium, swarm)
    assert await texts(again, ".cell:first-of-type .stream") == ["780\n"]
    await again.wait_for("document.querySelector('.plot svg path') !== null", PATIENCE)
    await again.close()


async def test_an_error_in_a_task_leads_to_the_cells_line(swarm: Swarm, chromium: Browser) -> None:
    swarm.add_worker(1)
    page = await open_console(chromium, swarm)
    failing = "def divide(n):\n    return 1 // n\n\nsc.parallelize([1, 0], 2).map(divide).collect()"
    await put_cells(page, BEGIN, failing)
    await run_all(page)
    assert await states(page) == ["done", "failed"], await texts(page, ".outputs")
    assert "ZeroDivisionError" in (await texts(page, ".error"))[0]
    assert await look(page, "console-error") == []
    await page.click(".error .at", PATIENCE)
    await page.wait_for("document.activeElement.closest('.cell:last-of-type .cm-content') !== null", PATIENCE)
    await page.close()


async def test_a_dropped_file_is_read_by_a_cell(swarm: Swarm, chromium: Browser) -> None:
    swarm.add_worker(1)
    page = await open_console(chromium, swarm)
    await drop_file(page, "lines.txt", "one\ntwo\nthree\n")
    await put_cells(page, BEGIN + "print(sc.textFile('lines.txt').map(len).collect())")
    await run_all(page)
    assert await texts(page, ".stream") == ["[3, 3, 5]\n"], await texts(page, ".outputs")
    await page.close()


async def test_a_hundred_hostile_texts_are_shown_as_text_wherever_a_cell_can_put_them(
    swarm: Swarm, chromium: Browser
) -> None:
    swarm.add_worker(1)
    page = await open_console(chromium, swarm)
    short = [text for text in HOSTILE if len(text) < 1000]
    await put_cells(
        page,
        f"texts = {short!a} + ['W' * {LONG}]\nfor text in texts:\n    print(text)\nprint('that', 'was', 'all')",
        "pairs = sc.parallelize([(text, len(text)) for text in texts], 2)\npairs.show(200)",
        "pairs.plot.bar(title=texts[0], x=texts[1], y=texts[2])",
        "raise ValueError(''.join(texts))",
    )
    await run_all(page)
    assert await states(page) == ["done", "done", "done", "failed"]
    assert "that was all" in (await texts(page, ".stream"))[0]
    await page.wait_for("document.querySelector('.plot svg') !== null", PATIENCE)
    await saved(page)
    await page.goto(swarm.url + "/console?view=jobs")  # the calls that a list of jobs shows, and back
    await page.click("#to-notebook", PATIENCE)
    await page.wait_for("document.querySelector('.plot svg') !== null", PATIENCE)
    assert await page.evaluate(f"'{HARMED}' in window") is False
    found = f"[...document.querySelectorAll({FOREIGN!r})].map((one) => one.outerHTML.slice(0, 200))"
    assert await page.evaluate(found) == []
    for width in (1280, 390):
        await page.set_viewport(width, 800)
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await page.close()
