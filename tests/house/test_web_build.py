"""The build of the pages: what a stamp sees, what a tab's wheel holds, and that nothing half-built is packed."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from tests.house.sources import ROOT

from webbuild import stamp
from webbuild.pack import PAGES, PYODIDE_FILES, Wheels, pack
from webbuild.tab_python import build_console_wheel, build_tab_wheel
from webbuild.wheels import _trim


def test_a_stamp_sees_names_and_bytes_and_not_what_a_build_leaves(tmp_path: Path) -> None:
    def digest() -> str:
        return stamp.digest_of(tmp_path, stamp.files_below(tmp_path))

    (tmp_path / "a").write_text("1")
    first = digest()
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules" / "b").write_text("left by npm")
    (tmp_path / ".ruff_cache").mkdir()
    (tmp_path / ".ruff_cache" / "c").write_text("left by a linter, which has run between two builds")
    assert digest() == first
    (tmp_path / "a").write_text("2")
    assert digest() != first
    (tmp_path / "a").write_text("1")
    assert digest() == first
    (tmp_path / "a").rename(tmp_path / "b")
    assert digest() != first


def test_a_tabs_wheel_is_the_same_each_time_and_loads_without_the_server(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    one, two = build_tab_wheel(ROOT, tmp_path / "one"), build_tab_wheel(ROOT, tmp_path / "two")
    assert one.read_bytes() == two.read_bytes()
    names = zipfile.ZipFile(one).namelist()
    assert "tabswarm/plan/lineage.py" in names
    assert not [name for name in names if name.startswith(("tabswarm/coordinator/", "tabswarm/cli/", "tabswarm/web/"))]


def test_the_consoles_wheel_adds_to_the_tabs_and_repeats_nothing_of_it(tmp_path: Path) -> None:
    tab, console = (
        {name for name in zipfile.ZipFile(build(ROOT, tmp_path)).namelist() if name.startswith("tabswarm/")}
        for build in (build_tab_wheel, build_console_wheel)
    )
    assert "tabswarm/console/room.py" in console
    assert not console & tab


def test_stubs_of_libraries_that_no_tab_has_are_left_out(tmp_path: Path) -> None:
    wheel = tmp_path / "jedi-1-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("jedi/api.py", "kept")
        archive.writestr("jedi/third_party/typeshed/stubs/tensorflow/a.pyi", "left out")
    _trim(wheel)
    assert zipfile.ZipFile(wheel).namelist() == ["jedi/api.py"]


@pytest.fixture
def parts(tmp_path: Path) -> dict[str, Path]:
    """All that `pack` puts together, in miniature."""
    dist, pyodide = tmp_path / "dist", tmp_path / "pyodide"
    (dist / "static").mkdir(parents=True)
    pyodide.mkdir()
    for page in PAGES:
        (dist / page).write_text("__RUNTIME__")
    (dist / "static" / "page-abc.js").write_text("// a page\n" * 1000)
    for name in PYODIDE_FILES:
        (pyodide / name).write_text(name)
    (pyodide / "package.json").write_text('{"version": "314.0.7"}')
    wheel = tmp_path / "thing-1-py3-none-any.whl"
    wheel.write_text("wheel")
    stubs = tmp_path / "stubs-1-py3-none-any.whl"
    stubs.write_text("stubs")
    packed = {"cache": tmp_path / "cache", "target": tmp_path / "web"}
    return {"dist": dist, "pyodide": pyodide, "wheel": wheel, "stubs": stubs} | packed


def packed(parts: dict[str, Path]) -> Path:
    pack(
        parts["dist"], parts["pyodide"], Wheels([parts["wheel"]], [], [parts["stubs"]]), parts["cache"], parts["target"]
    )
    return parts["target"]


def test_pages_learn_where_the_runtime_is_and_the_manifest_lists_every_static_file(parts: dict[str, Path]) -> None:
    web = packed(parts)
    manifest = json.loads((web / "manifest.json").read_text())
    told = json.loads((web / "frame.html").read_text())
    assert told == manifest["runtime"]
    assert (told["wheels"], told["console"]) == (["thing-1-py3-none-any.whl"], [])
    assert told["completion"] == ["stubs-1-py3-none-any.whl"]
    assert (web / told["base"].strip("/") / "stubs-1-py3-none-any.whl").is_file()
    assert (web / told["base"].strip("/") / "pyodide.asm.wasm").is_file()
    assert manifest["files"]["static/page-abc.js"]["encodings"] == ["br", "gzip"]
    for name, entry in manifest["files"].items():
        assert (web / name).stat().st_size == entry["size"]


def test_the_runtimes_folder_is_named_by_its_content(parts: dict[str, Path]) -> None:
    def base() -> str:
        text = (packed(parts) / "manifest.json").read_text()
        return str(json.loads(text)["runtime"]["base"])

    first = base()
    assert base() == first
    parts["wheel"].write_text("another wheel")
    assert base() != first


@pytest.mark.parametrize("missing", ["dist/index.html", "pyodide/pyodide.asm.wasm"])
def test_nothing_is_packed_without_the_console_or_without_python(parts: dict[str, Path], missing: str) -> None:
    before = (packed(parts) / "manifest.json").read_text()
    (parts["target"].parent / missing).unlink()
    with pytest.raises(SystemExit, match=missing.rpartition("/")[2]):
        packed(parts)
    assert (parts["target"] / "manifest.json").read_text() == before, "what was there stays"
