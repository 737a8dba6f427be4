"""`display` finds the page, the notebook or the terminal, and replaces what is shown where that can be."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from tabswarm.showing.plot import Plot
from tabswarm.showing.screen import display, in_ipython, on_page, replaces, show_on
from tabswarm.showing.table import Table
from tabswarm.showing.vega import VEGA_LITE


class Page:
    """A screen that notes what it is asked to show."""

    def __init__(self) -> None:
        self.shown: list[tuple[str, object]] = []

    def show(self, value: object, id: str) -> None:
        self.shown.append((id, value))


class Notebook:
    """What a Jupyter kernel has of IPython: displays with handles that update them."""

    def __init__(self) -> None:
        self.outputs: list[object] = []
        self.shell = SimpleNamespace(kernel=object(), execution_count=1)
        self.display = SimpleNamespace(display=self._display)

    def get_ipython(self) -> SimpleNamespace:
        return self.shell

    def _display(self, value: object, display_id: bool = False) -> SimpleNamespace | None:
        place = len(self.outputs)
        self.outputs.append(value)
        return SimpleNamespace(update=lambda new: self.outputs.__setitem__(place, new)) if display_id else None


@pytest.fixture
def page() -> Iterator[Page]:
    page = Page()
    show_on(page)
    yield page
    show_on(None)


@pytest.fixture
def notebook(monkeypatch: pytest.MonkeyPatch) -> Notebook:
    notebook = Notebook()
    monkeypatch.setitem(sys.modules, "IPython", notebook)
    return notebook


def test_a_page_is_told_under_which_id_to_show(page: Page) -> None:
    display("one", id="a")
    display("two", id="a")
    display("three")
    display("four")
    (first, *_), (second, *_), (third, *_), (fourth, *_) = page.shown
    assert (first, second) == ("a", "a")
    assert len({"a", third, fourth}) == 3
    assert on_page() and replaces()


def test_a_terminal_prints(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "IPython", raising=False)
    display(Table(["value"], [[1]]), id="a")
    assert capsys.readouterr().out == "value\n-----\n    1\n"
    assert not on_page() and not replaces() and not in_ipython()


def test_a_notebook_replaces_within_a_cell_and_not_what_an_earlier_one_showed(notebook: Notebook) -> None:
    display("first", id="a")
    display("first, grown", id="a")
    display("by itself")
    notebook.shell.execution_count = 2
    display("second", id="a")
    assert notebook.outputs == ["first, grown", "by itself", "second"]


def test_only_a_notebook_is_given_its_own_media_types(notebook: Notebook, page: Page) -> None:
    table, plot = Table(["value"], [[1]]), Plot("line", x=[1], y=[2])
    assert set(table._repr_mimebundle_()) == {"application/vnd.tabswarm.table+json", "text/plain"}
    assert set(plot._repr_mimebundle_()) == {"application/vnd.tabswarm.plot+json", "text/plain"}
    assert plot._repr_mimebundle_()["text/plain"] == "Line plot: 1 point, x from 1 to 1, y from 2 to 2"
    show_on(None)
    assert plot._repr_mimebundle_()["text/plain"] == str(plot), "a terminal of IPython's draws it"
    assert "text/html" in table._repr_mimebundle_()
    assert plot._repr_mimebundle_()[VEGA_LITE]["data"]["values"] == [{"x": 1, "y": 2}]
