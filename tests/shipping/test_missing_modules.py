"""A program's module that imports what the far end lacks: it serves as far as it does without."""

from __future__ import annotations

import sys
from pathlib import Path
from textwrap import dedent

from tests.shipping.pythons import run_python

from tabswarm.shipping.missing_modules import Missing

MODULE = dedent("""
    import os, rare_library as rare, json
    import rare_package.deep
    from rare_library import thing, Base as Root
    if os.sep:
        from rare_package import other
    try:
        import faster_json as json_like
    except ImportError:
        json_like = None
    try:
        import also_missing
    except ImportError:
        import rare_library as also_missing
    finally:
        import another_one

    def double(n):
        return 2 * n

    def use(what):
        return {
            "module": lambda: rare.f(),
            "deep": lambda: rare_package.deep.f(),
                "name": lambda: thing(1),
            "item": lambda: other[0],
            "truth": lambda: bool(Root),
            "isinstance": lambda: isinstance(1, Root),
            "base": lambda: type("Sub", (Root,), {}),
            "equality": lambda: thing == 1,
            "handler": lambda: also_missing.x,
        }[what]()
""").lstrip()

JOB = dedent("""
    import sys
    from pathlib import Path
    import msgspec
    sys.path.append("site-packages")
    import rare_library
    from rare_library import thing
    from tabswarm.shipping.code import ship
    import needs_it

    USES = ("module", "deep", "name", "item", "truth", "isinstance", "base", "equality", "handler")
    GUARDED = needs_it.json_like

    def far():
        assert needs_it.double(4) == 8 and needs_it.json_like is None and needs_it.os.sep == "/"
        assert not [name for name in vars(needs_it) if name.startswith("__tabswarm")]
        for use in USES:
            try:
                needs_it.use(use)
            except ModuleNotFoundError as error:
                assert "rare" in str(error) and "does not have it" in str(error), (use, error)
            else:
                raise AssertionError(use)
        return "ok"

    def main_too(use_it):
        if use_it:
            return rare_library.f() + thing(1)
        return 7

    Path("shipped").write_bytes(msgspec.msgpack.encode([ship(f) for f in (far, main_too, rare_library.f)]))
""")

READ = dedent("""
    from pathlib import Path
    import traceback
    import msgspec
    from tabswarm.shipping.code import Shipment
    from tabswarm.shipping.code_reader import CodeReader
    far, main_too, only = msgspec.msgpack.decode(Path("shipped").read_bytes(), type=list[Shipment])
    load = lambda shipment: CodeReader(shipment.blobs).load(shipment.root)
    print(load(far)(), load(main_too)(False))
    for use in (lambda: load(main_too)(True), lambda: load(only)):
        try:
            use()
        except Exception as error:
            print(type(error).__name__, error)
            print(traceback.extract_tb(error.__traceback__)[-3].line)
""")


def test_an_unguarded_import_is_put_off_until_its_name_is_used(tmp_path: Path) -> None:
    packages = tmp_path / "site-packages"
    (packages / "rare_package").mkdir(parents=True)
    (packages / "rare_library.py").write_text("class Base: pass\nx = 1\ndef f(): return 1\ndef thing(n): return n\n")
    (packages / "rare_package" / "__init__.py").write_text("other = [1]\n")
    (packages / "rare_package" / "deep.py").write_text("def f(): return 1\n")
    (packages / "another_one.py").write_text("")
    (tmp_path / "needs_it.py").write_text(MODULE)
    (tmp_path / "job.py").write_text(JOB)
    (tmp_path / "read.py").write_text(READ)
    run_python(Path(sys.executable), "job.py", cwd=tmp_path)
    (tmp_path / "needs_it.py").unlink()
    said = run_python(Path(sys.executable), "read.py", cwd=tmp_path).splitlines()
    assert said[0] == "ok 7"
    assert said[1].startswith("ModuleNotFoundError No module named 'rare_library' (this worker's Python")
    assert said[2] == "return rare_library.f() + thing(1)"
    assert said[3].startswith("NotShippable the program needs the module 'rare_library'")


def test_a_placeholder_can_be_shown() -> None:
    assert repr(Missing(ImportError("no"), "rare")) == "<rare, which is missing here>"
