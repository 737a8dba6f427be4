"""One run of a cell, as all that happens on its behalf knows it: actions, output, waits."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextvars import ContextVar

from tabswarm.console.host import Page
from tabswarm.console.recall import Recall
from tabswarm.console.waiting import Interrupted


class CellRun:
    """`cell` is the page's id of it, `name` what tracebacks call it. `parallelism` is 0 until something asks how many
    partitions an RDD has by default; from then on it stays."""

    def __init__(self, cell: str, name: str, page: Page, recall: Recall, parallelism: int = 0) -> None:
        self.cell = cell
        self.name = name
        self.recall = recall
        self.parallelism = parallelism
        self.interrupt = Interrupted()
        self.over = False
        self.seeds = 0
        self._page = page

    def tell(self, event: Mapping[str, object]) -> None:
        """Tell the page of something that it did; nothing after its end."""
        if not self.over:
            self._page.event(self.cell, json.dumps(event, allow_nan=False))


running: ContextVar[CellRun | None] = ContextVar("tabswarm running cell", default=None)
"""The cell on whose behalf this code runs, also in the actions that it started in the background."""
