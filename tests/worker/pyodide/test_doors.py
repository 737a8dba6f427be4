"""What a task's Python finds shut."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import ModuleType

import pytest

from tabswarm.worker.pyodide import close_doors


@pytest.fixture
def doors(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The doors closed for one test; both lists of modules are put back after it."""
    modules = dict(sys.modules)
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    monkeypatch.setitem(sys.modules, "js", ModuleType("js"))
    monkeypatch.setitem(sys.modules, "pyodide_js._api", ModuleType("pyodide_js._api"))
    yield close_doors()
    sys.modules.update(modules)


@pytest.mark.parametrize("name", ["js", "js.window", "pyodide_js", "pyodide_js._api", "micropip"])
def test_a_way_into_javascript_cannot_be_imported(name: str, doors: str) -> None:
    with pytest.raises(ModuleNotFoundError, match="cannot be imported in a task"):
        __import__(name)


@pytest.mark.parametrize("name", ["json", "jsonschema_that_nobody_has"])
def test_other_modules_are_looked_for_as_ever(name: str, doors: str) -> None:
    try:
        __import__(name)
    except ModuleNotFoundError as error:
        assert "in a task" not in str(error)


def test_python_says_its_version(doors: str) -> None:
    assert doors == ".".join(map(str, sys.version_info[:3]))
