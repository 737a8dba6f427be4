"""Code that no file holds: prompts and notebooks that fill `linecache` keep their text, and it travels as source."""

from __future__ import annotations

import linecache
import types
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tabswarm.shipping.code import Shipment, ship, source_of
from tabswarm.shipping.code_reader import CodeReader


@pytest.fixture
def run_cell() -> Iterator[Callable[[str, str, dict[str, Any]], None]]:
    """Runs a text as IPython and ipykernel do: the text is in `linecache`, under a name that no file has."""
    named: list[str] = []

    def run(name: str, text: str, names: dict[str, Any]) -> None:
        lines = text.splitlines(keepends=True)
        linecache.cache[name] = (len(text), None, lines, name)
        named.append(name)
        exec(compile(text, name, "exec"), names)

    yield run
    for name in named:
        del linecache.cache[name]


def travelled(value: Any) -> tuple[Any, Shipment]:
    shipment = ship(value, allow_bytecode=True)
    return CodeReader(shipment.blobs).load(shipment.root), shipment


@pytest.mark.parametrize("pattern", ["<ipython-input-{}-0a1b2c>", "/home/somebody/tmp/ipykernel_42/{}.py"])
def test_cells_of_a_notebook_travel_as_source(pattern: str, run_cell: Callable[..., None]) -> None:
    names = vars(types.ModuleType("__main__"))
    run_cell(pattern.format(1), "factor = 3\ndef times(n):\n    return n * factor\n", names)
    run_cell(
        pattern.format(2), "class Box:\n    def __init__(self, n): self.n = times(n)\nf = lambda n: Box(n).n\n", names
    )
    far, shipment = travelled(names["f"])
    assert (far(2), shipment.python) == (6, None)
    assert "somebody" not in "".join(text.file for text in source_of(shipment.blobs[shipment.root]))
    # The cell runs again, with other text and under another name: the new function travels, and the new class.
    run_cell(pattern.format(3), "def times(n):\n    return n * 100\n", names)
    run_cell(pattern.format(4), "class Box:\n    def __init__(self, n): self.n = -times(n)\n", names)
    far, _ = travelled(names["f"])
    assert far(2) == -200


def test_a_text_that_is_no_longer_what_runs_does_not_travel_as_source(run_cell: Callable[..., None]) -> None:
    names = vars(types.ModuleType("__main__"))
    run_cell("<cell 1>", "def f(n):\n    return n + 1\n", names)
    linecache.cache["<cell 1>"] = (0, None, ["def f(n):\n", "    return n + 1000\n"], "<cell 1>")
    far, shipment = travelled(names["f"])
    assert far(1) == 2
    assert shipment.python is not None and "edited" in shipment.because
