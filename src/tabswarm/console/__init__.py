"""The driver in the console's Worker, in the sealed frame; `web/src/frame/console_worker.ts` calls it.

host.py        what JavaScript gives and takes, as types
room.py        takes what the page says, and runs cells
cell_code.py   a cell's source as code; cell_error.py, streams.py, screen.py: what comes of it; completion.py
waiting.py     how a cell waits while messages come in
engine.py      the engine whose coordinator and peers are the page's; own_blocks.py, routes.py
recall.py      answers of recorded actions; plan_hash.py says which plans are equal
context.py     the notebook's one context

It shares with other drivers all that makes jobs of actions and answers of messages (`rdd/`, `driver/`), and with tasks
that the ways back into JavaScript are taken from it first (`pyodide_doors.py`).
"""

from __future__ import annotations

import sys

from tabswarm import pyodide_doors
from tabswarm.console.host import Page
from tabswarm.console.room import Room

__all__ = ["close_doors", "enter"]


def close_doors() -> str:
    """Shut the ways into JavaScript for cells; returns Python's version."""
    return pyodide_doors.close_doors("a cell: the console's Python reaches neither the page nor the network")


def enter(page: Page) -> Room:
    """The room of this Worker's Python, furnished."""
    from pyodide.ffi import run_sync  # only Pyodide has it

    from tabswarm.console.js_page import page_of

    room = Room(page_of(page), run_sync, sys.modules["__main__"])
    room.furnish()
    return room
