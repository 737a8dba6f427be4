"""Shipping code: what travels, what is refused and how the refusal reads, and what a failure at the far end shows."""

from __future__ import annotations

import importlib.util
import socket
import sys
import threading
import traceback
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pytest
from tests.shipping.pythons import found_pythons, run_python, version_of

from tabswarm.errors import CannotCompile, CodeRefused, NotShippable, NoUsableSource
from tabswarm.shipping.blob import decode_blob
from tabswarm.shipping.code import Shipment, ship, ship_values, source_of
from tabswarm.shipping.code_reader import CodeReader

LIMIT = 3


def travelled(value: Any) -> Any:
    shipment = ship(value)
    return CodeReader(shipment.blobs).load(shipment.root)


@pytest.fixture
def write_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., ModuleType]]:
    """Writes a module and imports it, as a local module of a program in `tmp_path`."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    written: list[str] = []

    def write(name: str, text: str) -> ModuleType:
        (tmp_path / f"{name}.py").write_text(text)
        importlib.invalidate_caches()
        written.append(name)
        return importlib.import_module(name)

    yield write
    for name in written:
        sys.modules.pop(name, None)


def test_a_function_that_pytest_rewrote_ships_as_its_source() -> None:
    def checked(x: int) -> int:
        assert x < LIMIT, "too large"
        return x

    far = travelled(checked)
    assert far(2) == 2
    with pytest.raises(AssertionError, match="too large"):
        far(3)
    assert "@pytest_ar" not in far.__globals__


def test_a_shipment_names_its_blobs_by_their_hash_and_is_the_same_each_time() -> None:
    def add(x: int) -> int:
        return x + LIMIT

    first, second = ship(add), ship(add)
    assert first == second
    assert first.root in first.blobs
    assert first.python is None


def test_the_source_can_be_read_without_executing_anything() -> None:
    shipment = ship(lambda x: x + LIMIT)
    (text,) = source_of(shipment.blobs[shipment.root])
    assert text.file == "tests/shipping/test_code.py"
    assert text.text.strip() == "shipment = ship(lambda x: x + LIMIT)"
    assert Path(__file__).read_text().splitlines()[text.first_line - 1] == text.text


def test_no_blob_tells_the_path_of_the_drivers_folder() -> None:
    def uses_file() -> str:
        return __file__

    shipment = ship(uses_file)
    blob = decode_blob(shipment.blobs[shipment.root])
    assert str(Path.cwd()).encode() not in msgspec.msgpack.encode(blob.texts) + blob.payload
    assert travelled(uses_file)() == "tests/shipping/test_code.py"


@pytest.mark.parametrize("name", ["lock", "socket", "generator"])
def test_what_cannot_travel_is_named_with_the_path_to_it(name: str) -> None:
    with socket.socket() as offender:
        offenders = {"lock": threading.Lock(), "socket": offender, "generator": (n for n in [1])}
        guard = {"deep": [offenders[name]]}
        with pytest.raises(NotShippable) as caught:
            ship(lambda x: (x, guard))
    message = str(caught.value)
    assert "lambda at tests/shipping/test_code.py:" in message
    assert f"closure variable `guard` -> ['deep'] -> [0] -> {name}" in message


def test_an_open_file_is_refused_and_standard_output_is_not(tmp_path: Path) -> None:
    with (
        (tmp_path / "file").open("w") as file,
        pytest.raises(NotShippable, match=r"closure variable `file`.*open file"),
    ):
        ship(lambda: file.write("x"))
    assert travelled(lambda: sys.__stdout__)() is sys.__stdout__


def test_what_refuses_to_travel_says_so_itself() -> None:
    class Driver:
        __not_shippable__ = "a Context lives in the driver"

    context = Driver()
    with pytest.raises(NotShippable, match=r"closure variable `context`.*a Context lives in the driver"):
        ship(lambda: context)


def test_handles_found_inside_are_reported() -> None:
    class Handle:
        def __init__(self, number: int) -> None:
            self.number = number

        def __shipped_handle__(self) -> str:
            return f"broadcast-{self.number}"

    first, second = Handle(1), Handle(2)
    assert ship(lambda: (first, [second, first])).handles == ("broadcast-1", "broadcast-2")


def test_code_edited_after_its_import_has_no_usable_source(write_module: Callable[..., ModuleType]) -> None:
    module = write_module("edited", "def make():\n    return lambda x: x + 1\n\n\ndef f(x):\n    return x + 1\n")
    assert travelled(module.make())(1) == 2
    path = Path(str(module.__file__))
    path.write_text(path.read_text().replace("x + 1", "x + 1000"))
    for value in (module.make(), module.f):
        with pytest.raises(NoUsableSource, match="edited"):
            ship(value)


def test_lines_inserted_above_a_function_leave_it_usable(write_module: Callable[..., ModuleType]) -> None:
    module = write_module("moved", "def make():\n    def inner(x):\n        return x + 1\n    return inner\n")
    path = Path(str(module.__file__))
    path.write_text("# a comment\n\n" + path.read_text())
    assert travelled(module.make())(1) == 2


def test_code_without_source_is_refused_or_travels_as_bytecode_for_this_version() -> None:
    names: dict[str, Any] = {"__name__": "__main__"}
    exec("def f(x): return x + 1", names)
    with pytest.raises(NoUsableSource, match="tabswarm shell"):
        ship(names["f"])
    shipment = ship(names["f"], allow_bytecode=True)
    assert shipment.python == ".".join(map(str, sys.version_info[:3]))
    assert CodeReader(shipment.blobs).load(shipment.root)(1) == 2


def test_bytecode_is_refused_by_another_version() -> None:
    names: dict[str, Any] = {"__name__": "__main__"}
    exec("def f(x): return x + 1", names)
    shipment = ship(names["f"], allow_bytecode=True)
    blob = decode_blob(shipment.blobs[shipment.root])
    other = msgspec.structs.replace(
        blob, codes=[msgspec.structs.replace(code, magic=b"none", python="3.99") for code in blob.codes]
    )
    with pytest.raises(CannotCompile, match=r"bytecode of Python 3\.99"):
        read_changed(other)


def read_changed(blob: Any) -> Any:
    from tabswarm.shipping.blob import blob_hash, encode_blob

    data = encode_blob(blob)
    return CodeReader({blob_hash(data): data}).load(blob_hash(data))


def test_bytes_other_than_the_plan_named_are_refused_before_anything_runs() -> None:
    shipment = ship(lambda: 1)
    data = shipment.blobs[shipment.root]
    with pytest.raises(CodeRefused, match="other bytes"):
        CodeReader({shipment.root: data[:-1] + b"x"}).load(shipment.root)
    with pytest.raises(CodeRefused, match="did not arrive"):
        CodeReader({}).load(shipment.root)


def test_syntax_that_this_python_does_not_know_names_version_and_line() -> None:
    def plain(x: int) -> int:
        return x

    shipment = ship(plain)
    blob = decode_blob(shipment.blobs[shipment.root])
    (text,) = blob.texts
    newer = msgspec.structs.replace(text, text=text.text.replace("return x", "return x ?? 0"))
    with pytest.raises(CannotCompile, match=rf"test_code\.py, line {text.first_line + 1}"):
        read_changed(msgspec.structs.replace(blob, texts=[newer]))


PEP_695 = """
import sys
from pathlib import Path
import msgspec
from tabswarm.shipping.code import ship

class Box[T]:
    def get(self) -> int: return 7

def first[T](items: list[T]) -> T:
    type Alias = list[T]
    return items[0]

if __name__ == "__main__":
    Path(sys.argv[1]).write_bytes(msgspec.msgpack.encode(ship(lambda: (first([5]), Box[int]().get()))))
"""

READ = """
import sys
from pathlib import Path
import msgspec
from tabswarm.shipping.code import Shipment
from tabswarm.shipping.code_reader import CodeReader
shipment = msgspec.msgpack.decode(Path(sys.argv[1]).read_bytes(), type=Shipment)
try:
    print(CodeReader(shipment.blobs).load(shipment.root)())
except Exception as error:
    print(type(error).__name__, error)
"""


@pytest.mark.timeout(120)
def test_newer_syntax_runs_where_it_is_known_and_is_refused_where_it_is_not(tmp_path: Path) -> None:
    pythons = {tuple(map(int, version_of(python).split("."))): python for python in found_pythons()}
    (tmp_path / "newer.py").write_text(PEP_695)
    (tmp_path / "read.py").write_text(READ)
    for version, python in pythons.items():
        if version < (3, 12):
            continue
        run_python(python, "newer.py", "shipped", cwd=tmp_path)
        for other, reader in pythons.items():
            said = run_python(reader, "read.py", "shipped", cwd=tmp_path).strip()
            if other >= (3, 12):
                assert said == "(5, 7)"
            else:
                assert said.startswith("CannotCompile Python 3.11")
                assert "newer.py, line 10" in said


def test_a_failure_at_the_far_end_shows_the_users_line(write_module: Callable[..., ModuleType], tmp_path: Path) -> None:
    (tmp_path / "local_help.py").write_text("def divide(x):\n    zero = x - x\n    return x / zero\n")
    (tmp_path / "read.py").write_text(
        READ.replace("print(type(error).__name__, error)", "import traceback; traceback.print_exc(file=sys.stdout)")
    )
    (tmp_path / "job.py").write_text(
        "import sys\nfrom pathlib import Path\nimport msgspec\nfrom tabswarm.shipping.code import ship\n"
        "import local_help\n\n\nclass Job:\n    def run(self):\n        return local_help.divide(3)\n\n\n"
        "job = Job()\nPath(sys.argv[1]).write_bytes(msgspec.msgpack.encode(ship(lambda: job.run())))\n"
    )
    run_python(Path(sys.executable), "job.py", "shipped", cwd=tmp_path)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "read.py").rename(elsewhere / "read.py")
    said = run_python(Path(sys.executable), "read.py", "../shipped", cwd=elsewhere, PYTHONSAFEPATH="1")
    assert 'File "job.py", line 10, in run\n    return local_help.divide(3)' in said
    assert 'File "local_help.py", line 3, in divide\n    return x / zero' in said
    assert "ZeroDivisionError" in said
    assert str(tmp_path) not in said.replace(str(elsewhere), "")


def test_a_module_that_the_far_end_lacks_is_named(tmp_path: Path) -> None:
    (tmp_path / "site-packages").mkdir()
    (tmp_path / "site-packages" / "rare_library.py").write_text("def f(): return 1\n")
    program = tmp_path / "job.py"
    program.write_text(
        "import sys\nfrom pathlib import Path\nimport msgspec\nfrom tabswarm.shipping.code import ship\n"
        "sys.path.append('site-packages')\nimport rare_library\n"
        "Path(sys.argv[1]).write_bytes(msgspec.msgpack.encode(ship(lambda: rare_library.f())))\n"
    )
    (tmp_path / "read.py").write_text(READ)
    run_python(Path(sys.executable), "job.py", "shipped", cwd=tmp_path)
    said = run_python(Path(sys.executable), "read.py", "shipped", cwd=tmp_path)
    assert said.startswith("ModuleNotFoundError") and "'rare_library' (this worker's Python" in said


def test_a_class_changed_between_two_shipments_is_changed_at_the_far_end(tmp_path: Path) -> None:
    (tmp_path / "job.py").write_text(
        "import sys\nfrom pathlib import Path\nimport msgspec\nfrom tabswarm.shipping.code import ship\n"
        "class Settings:\n    factor = 1\n    def times(self, x): return x * self.factor\n"
        "one = ship(lambda: Settings)\nSettings.factor = 5\ntwo = ship(lambda: Settings)\n"
        "Path('one').write_bytes(msgspec.msgpack.encode(one))\nPath('two').write_bytes(msgspec.msgpack.encode(two))\n"
    )
    (tmp_path / "read.py").write_text(
        "from pathlib import Path\nimport msgspec\nfrom tabswarm.shipping.code import Shipment\n"
        "from tabswarm.shipping.code_reader import CodeReader\n"
        "def load(name):\n    s = msgspec.msgpack.decode(Path(name).read_bytes(), type=Shipment)\n"
        "    return CodeReader(s.blobs).load(s.root)()\n"
        "one = load('one'); first = one().times(2); two = load('two')\nprint(first, two().times(2), one is two)\n"
    )
    run_python(Path(sys.executable), "job.py", cwd=tmp_path)
    assert run_python(Path(sys.executable), "read.py", cwd=tmp_path).strip() == "2 10 True"


def test_the_drivers_own_values_travel_as_one_piece() -> None:
    values = [1, "two", {"three": [4]}, len, lambda x: x]
    far = CodeReader({}).load_values(ship_values(values))
    assert far[:4] == values[:4]
    assert far[4](9) == 9


def test_a_root_is_loaded_once() -> None:
    shipment: Shipment = ship(lambda: 1)
    reader = CodeReader(shipment.blobs)
    assert reader.load(shipment.root) is reader.load(shipment.root)


def test_a_traceback_in_this_process_keeps_the_files_own_lines() -> None:
    def fails() -> None:
        raise ValueError("here")

    try:
        travelled(fails)()
    except ValueError as error:
        assert 'raise ValueError("here")' in "".join(traceback.format_exception(error))


def test_a_bare_code_object_travels_as_bytecode_only() -> None:
    code = compile("1 + 2", "<typed>", "eval")
    with pytest.raises(NoUsableSource, match="bare code object"):
        ship(lambda: code)
    shipment = ship(lambda: code, allow_bytecode=True)
    assert shipment.python is not None and "bare code object" in shipment.because
    far = CodeReader(shipment.blobs).load(shipment.root)()
    assert eval(far) == 3


def test_what_cannot_travel_is_named_and_not_what_it_is_made_of(tmp_path: Path) -> None:
    main = sys.modules[__name__]
    with (tmp_path / "file").open("w") as file:
        with pytest.raises(NotShippable, match=r"closure variable `file` -> TextIOWrapper: an open file"):
            ship(lambda: file)
        with pytest.raises(NotShippable, match=r"closure variable `main` -> module: the module tests\.shipping"):
            ship(lambda: main)


def test_a_constant_edited_after_its_modules_import_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "settings.py").write_text("FACTOR = 10\ndef times(n):\n    return n * FACTOR\n")
    (tmp_path / "job.py").write_text(
        "import settings\nfrom pathlib import Path\nfrom tabswarm.shipping.code import ship\n"
        "from tabswarm.errors import NoUsableSource\n"
        "ship(settings.times)\nPath('settings.py').write_text(Path('settings.py').read_text().replace('10', '1000'))\n"
        "try:\n    ship(settings.times)\nexcept NoUsableSource as error:\n    print(error)\n"
        "import importlib\nimportlib.reload(settings)\nship(settings.times)\nprint(settings.times(1))\n"
    )
    said = run_python(Path(sys.executable), "job.py", cwd=tmp_path, PYTHONDONTWRITEBYTECODE="").splitlines()
    assert said[0].endswith(
        "the module settings is not what settings.py says: the file was edited after its import. "
        "Start the program again, or reload the module"
    )
    assert said[1] == "1000"


def test_a_module_of_the_users_with_the_name_of_pythons_own_is_refused(tmp_path: Path) -> None:
    (tmp_path / "statistics.py").write_text("def mean(numbers):\n    return 'mine'\n")
    (tmp_path / "job.py").write_text(
        "import statistics, json\nfrom tabswarm.shipping.code import ship\nfrom tabswarm.errors import NotShippable\n"
        "for f in (statistics.mean, lambda: statistics.mean([1])):\n"
        "    try:\n        ship(f)\n    except NotShippable as error:\n        print(error)\n"
        "ship(lambda: json.dumps(1))\nship(json.dumps)\n"
    )
    said = run_python(Path(sys.executable), "job.py", cwd=tmp_path).splitlines()
    assert len(said) == 2
    for line in said:
        assert "the local module statistics (statistics.py) bears the name of a module of the standard library" in line


def test_where_python_keeps_no_columns_two_lambdas_that_differ_are_told_apart_or_refused(tmp_path: Path) -> None:
    (tmp_path / "job.py").write_text(
        "from tabswarm.shipping.code import ship\nfrom tabswarm.shipping.code_reader import CodeReader\n"
        "def far(f):\n    s = ship(f)\n    return CodeReader(s.blobs).load(s.root)\n"
        "a, b, c = lambda x: x + 1, lambda x: x + 2, lambda x: x + 1\nprint(far(a)(1), far(b)(1), far(c)(1))\n"
    )
    assert run_python(Path(sys.executable), "-X", "no_debug_ranges", "job.py", cwd=tmp_path).strip() == "2 3 2"


def test_calls_on_imported_names_are_the_same_code_wherever_they_stand(write_module: Callable[..., ModuleType]) -> None:
    module = write_module(
        "importing",
        "import math, string\nfrom os import path\n\n\ndef make():\n    def inner(x):\n        return math.sqrt(x)\n"
        "    return [path.basename(each) for each in ('a/b',)], inner\n\n\n"
        "def local(string):\n    return string.upper()\n\n\n"
        "nested = lambda xs: [(lambda x: math.floor(x))(x) for x in xs]\n",
    )
    for function in (module.make, module.local, module.nested):
        assert ship(function, allow_bytecode=True).python is None
        by_value = types.FunctionType(function.__code__, {**vars(module), "__name__": "__main__"})
        assert ship(by_value, allow_bytecode=True).because == ""
