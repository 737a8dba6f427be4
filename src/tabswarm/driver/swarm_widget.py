"""The swarm as a live widget in a notebook (anywidget): volunteers, running jobs, and how to invite more.

The law: what travels to the notebook is one dict of numbers and bounded texts, `news`; `swarm_widget.js` draws it with
text nodes. Whatever a volunteer calls itself is text there.
"""

from __future__ import annotations

import importlib.util
import itertools
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import segno

from tabswarm.driver.plain_text import harmless
from tabswarm.driver.swarm_news import JobNews, Snapshot

MOST = 200
"""Volunteers that the widget lists; of more it tells the number."""
LONGEST = 200
"""Characters of a text."""

News = dict[str, Any]


def can_show_widgets() -> bool:
    """Whether anywidget is installed (`pip install tabswarm[notebook]`)."""
    return importlib.util.find_spec("anywidget") is not None


def make_widget(news: News) -> Any:
    """A widget that shows these news; setting its `news` changes what it shows."""
    return _widget_class()(news=news)


@cache
def _widget_class() -> Any:
    import anywidget
    import traitlets

    here = files("tabswarm.driver")
    members = {
        "_esm": (here / "swarm_widget.js").read_text(encoding="utf-8"),
        "_css": (here / "swarm_widget.css").read_text(encoding="utf-8"),
        "news": traitlets.Dict().tag(sync=True),
    }
    return type("SwarmWidget", (anywidget.AnyWidget,), members)


def swarm_news(now: Snapshot, master: str, application: str) -> News:
    """What the widget of a whole swarm shows."""
    return {
        "title": f"{text(master)}, application {text(application)}",
        "ended": text(now.ended),
        "slots": now.slots,
        "count": len(now.volunteers),
        "volunteers": [
            {"name": text(it.name or it.id), "kind": text(it.kind), "slots": it.slots, "tasks": it.tasks}
            for it in now.volunteers[:MOST]
        ],
        "jobs": job_rows(now.jobs),
        "invite": text(now.invite, 2_000),
        "qr": qr_rows(now.invite),
    }


def job_rows(jobs: Sequence[JobNews]) -> list[News]:
    """What it shows of jobs."""
    return [
        {"name": text(job.name), "done": job.done, "total": job.total, "state": text(job.state)} for job in jobs[:MOST]
    ]


def text(value: str, longest: int = LONGEST) -> str:
    """Anybody's text: no control characters, and of bounded length."""
    return harmless(value)[:longest]


@cache
def qr_rows(link: str) -> list[str]:
    """The link's QR code, a row a text of 0 and 1, with the quiet zone that scanners need; nothing for no link."""
    if not link:
        return []
    matrix = segno.make(link, error="l", micro=False).matrix_iter(border=4)
    return ["".join("1" if dark else "0" for dark in row) for row in matrix]


class WidgetBars:
    """The bars of the jobs that run, as a widget in the cell that waits for them; gone with the last of them. It has
    the methods of rich's `Progress` that `progress.py` uses."""

    def __init__(self) -> None:
        self._numbers = itertools.count()
        self._jobs: dict[int, JobNews] = {}
        self._widget: Any = None
        self._display: Any = None

    def start(self) -> None:
        """Show the widget."""
        from IPython.display import display

        self._widget = make_widget({"jobs": []})
        self._display = display(self._widget, display_id=True)

    def add_task(self, description: str, total: float | None = None, state: str = "") -> int:
        """A job began."""
        number = next(self._numbers)
        self._jobs[number] = JobNews(description, 0, int(total or 0), state)
        return number

    def update(self, bar: int, *, total: float | None, completed: float, description: str, state: str) -> None:
        """A job went on."""
        self._jobs[bar] = JobNews(description, int(completed), int(total or 0), state)
        self._show()

    def remove_task(self, bar: int) -> None:
        """A job is over."""
        self._jobs.pop(bar, None)
        self._show()

    def stop(self) -> None:
        """Nothing runs any more: nothing is left in the cell."""
        from IPython.display import HTML

        if self._display is not None:
            self._display.update(HTML(""))
            self._widget.close()

    def _show(self) -> None:
        if self._widget is not None:
            self._widget.news = {"jobs": job_rows(list(self._jobs.values()))}
