"""The notebook of one swarm: its cells, kept for as long as the coordinator lives, whatever becomes of its application.

The coordinator reads nothing of a cell but its size. A save is whole or not at all: what goes past a limit is refused,
and everything is as it was before.
"""

from __future__ import annotations

from collections.abc import Iterable

from tabswarm.plan.dependency import Shuffle
from tabswarm.plan.lineage import Plan
from tabswarm.wire import console_messages as limits
from tabswarm.wire.messages import Cell, CellsSaved, Notebook, SaveCells, Submit

ID_LIMIT = 64
SAFE = 2**53
"""Numbers from here on lose digits on a page, and none is counted that far: a driver that says one is not ours."""


class NotebookStore:
    """The cells of one swarm's notebook, in order. `application` is the one that it has now, or had last, and `console`
    the peer that opened it last."""

    def __init__(self) -> None:
        self.application = ""
        self.console = ""
        self._cells: dict[str, Cell] = {}
        self._sizes: dict[str, int] = {}
        self._next_node = 0
        self._next_request = 1

    def told(self) -> Notebook:
        """What a console is told when it opens."""
        return Notebook(cells=tuple(self._cells.values()), next_node=self._next_node, next_request=self._next_request)

    def save(self, said: SaveCells) -> CellsSaved:
        """Keep what a console says, or say why not."""
        merged = self._cells | {cell.id: cell for cell in said.cells}
        sizes = self._sizes | {cell.id: size_of(cell) for cell in said.cells}
        refused = why_not(said, sizes)
        if not refused:
            self._cells = {id: merged[id] for id in said.order}
            self._sizes = {id: sizes[id] for id in said.order}
        return CellsSaved(request=said.request, refused=refused)

    def note(self, submit: Submit) -> None:
        """The notebook's application sees this job: its numbers are taken."""
        self._next_request = _above(self._next_request, [submit.request])
        self._next_node = _above(self._next_node, numbers_of(submit.plan))


def _above(number: int, taken: Iterable[int]) -> int:
    return max((other + 1 for other in taken if number <= other < SAFE), default=number)


def why_not(said: SaveCells, sizes: dict[str, int]) -> str:
    """What is wrong with a save after which the cells would have these sizes, in words; empty where nothing is."""
    if len(said.order) > limits.CELLS_LIMIT:
        return f"a notebook has at most {limits.CELLS_LIMIT} cells, not {len(said.order)}"
    if len(set(said.order)) < len(said.order):
        return "the same cell stands twice in the order"
    if unknown := [id for id in said.order if id not in sizes]:
        return f"the order names {len(unknown)} cells that were never saved"
    for cell in said.cells:
        if not 0 < len(cell.id) <= ID_LIMIT:
            return f"a cell's id has 1 to {ID_LIMIT} characters"
        for part, size, limit in (
            ("source", len(cell.source.encode()), limits.CELL_SOURCE_LIMIT),
            ("outputs", len(cell.outputs), limits.CELL_OUTPUTS_LIMIT),
            ("actions", len(cell.actions), limits.CELL_ACTIONS_LIMIT),
        ):
            if size > limit:
                return f"the {part} of a cell may have {limit // 1024} KiB, and these have {-(-size // 1024)}"
    total = sum(sizes[id] for id in said.order)
    if total > limits.NOTEBOOK_LIMIT:
        return f"a notebook may have {limits.NOTEBOOK_LIMIT // 2**20} MiB, and this one would have {total / 2**20:.1f}"
    return ""


def size_of(cell: Cell) -> int:
    """Bytes that a cell takes.

    >>> size_of(Cell(id="c1", source="é", outputs=b"abc"))
    5
    """
    return len(cell.source.encode()) + len(cell.outputs) + len(cell.actions)


def numbers_of(plan: Plan) -> Iterable[int]:
    """Every number that a plan's driver has drawn for its nodes, shuffles and broadcasts."""
    yield from plan.sources
    yield from plan.broadcasts
    for node in plan.nodes:
        yield node.id
        for dependency in node.dependencies:
            if isinstance(dependency, Shuffle):
                yield dependency.shuffle
