"""What a console and the coordinator say to each other of the notebook; see `wire/messages.py`, which has all messages.

A swarm has one notebook. Its cells stay with the coordinator, so that the console finds them whenever and wherever it
is opened; its variables live in the console's Python, its jobs and their results in the application of its own. A
console that says `Hello(kind="console", application="notebook")` drives that application from then on, and the console
before it is closed with `CloseCode.TAKEN_OVER`.
"""

from __future__ import annotations

import msgspec

from tabswarm.wire.message import Message

NOTEBOOK = "notebook"
"""The name by which a hello asks for the notebook's application, whichever id that has."""
CELLS_LIMIT = 1_000
CELL_SOURCE_LIMIT = 256 * 1024
CELL_OUTPUTS_LIMIT = 2**20
CELL_ACTIONS_LIMIT = 256 * 1024
"""Cells of a notebook, and bytes of one cell's source (in UTF-8), outputs and actions."""
NOTEBOOK_LIMIT = 16 * 2**20
"""Bytes of all cells together."""


class Cell(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One cell. `outputs` is what it showed and `actions` which jobs its last run asked for: both are the page's own,
    and the coordinator reads neither. `id` is the page's too: 1 to 64 characters."""

    id: str
    source: str
    outputs: bytes = b""
    actions: bytes = b""


class SaveCells(Message, frozen=True):
    """Keep these cells, each whole; `order` names all cells of the notebook from top to bottom, and those that it does
    not name go. Answered by `CellsSaved`."""

    request: int
    cells: tuple[Cell, ...]
    order: tuple[str, ...]


class CellsSaved(Message, frozen=True):
    """The cells of that request are kept; or, where `refused` says why not, all is as it was before."""

    request: int
    refused: str = ""


class Notebook(Message, frozen=True):
    """The notebook, told to its console right after the Welcome (whose `application` is the notebook's): the cells in
    their order.

    `next_node` is above every id of a node, broadcast or shuffle and `next_request` above every `Submit.request` that
    the application has seen. A console's Python starts its own there: a stored block is then never taken for another
    one's, nor a job for an earlier one.
    """

    cells: tuple[Cell, ...]
    next_node: int
    next_request: int
