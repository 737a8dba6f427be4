"""Progress where a notebook shows it: one display, updated in place, with nothing of the program's as markup."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from tabswarm.driver import progress
from tabswarm.driver.notebook_progress import NotebookBars
from tabswarm.driver.swarm_widget import WidgetBars
from tabswarm.showing.screen import in_notebook


class Notebook:
    """What a Jupyter kernel has of IPython, and what it was asked to show."""

    def __init__(self, kernel: object) -> None:
        self.shown: list[str] = []
        self.ipython = SimpleNamespace(get_ipython=lambda: SimpleNamespace(kernel=kernel))
        self.display = SimpleNamespace(HTML=str, display=self._display)

    def _display(self, html: str, display_id: bool) -> SimpleNamespace:
        assert display_id
        self.shown.append(html)
        return SimpleNamespace(update=self.shown.append)


@pytest.fixture
def notebook(monkeypatch: pytest.MonkeyPatch) -> Iterator[Notebook]:
    notebook = Notebook(kernel=object())
    monkeypatch.setitem(sys.modules, "IPython", notebook.ipython)
    monkeypatch.setitem(sys.modules, "IPython.display", notebook.display)
    yield notebook


def test_bars_come_grow_and_go_in_one_display(notebook: Notebook) -> None:
    bars = NotebookBars()
    bars.start()
    bar = bars.add_task("collect at <b>job.py</b>:3", total=None, state="waiting")
    bars.update(bar, total=4, completed=1, description="collect at <b>job.py</b>:3", state="2 running")
    bars.remove_task(bar)
    bars.stop()
    first, grown, *_, last = notebook.shown
    assert (first, last) == ("", "")
    assert "value='1' max='4'" in grown and "1/4" in grown and "2 running" in grown
    assert "<b>" not in grown and "&lt;b&gt;job.py" in grown


def test_a_notebook_gets_bars_of_its_own_as_a_widget_where_it_can(
    notebook: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert in_notebook()
    assert progress.ProgressDisplay()._enabled
    assert isinstance(progress._display(), WidgetBars)
    monkeypatch.setattr("tabswarm.driver.swarm_widget.can_show_widgets", lambda: False)
    assert isinstance(progress._display(), NotebookBars)


def test_ipython_in_a_terminal_is_no_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "IPython", Notebook(kernel=None).ipython)
    assert not in_notebook()
    monkeypatch.delitem(sys.modules, "IPython")
    assert not in_notebook()
