"""Files for tasks: what `addFile`, `addPyFile` and `addArchive` give to every worker of the application.

The law: a file travels as a broadcast that every task names, and is put into the worker's own folder when the worker
unpacks it, before any function of the program is loaded: once a worker, in a tab in Pyodide's file system in memory.
`SparkFiles` says where.
"""

from __future__ import annotations

import importlib
import os
import shutil
import sys
import tempfile
import weakref
from pathlib import Path, PurePosixPath
from typing import Any, ClassVar

from tabswarm.shipping import broadcast
from tabswarm.shipping.archive import unpack

FOLDER_VARIABLE = "TABSWARM_TASK_FILES"
"""Names the folder of a native worker's process, which its supervisor removes."""


class TaskFiles:
    """One file or folder, on its way: `contents` by path inside of it; the path of a single file is its name.

    `import_from` is what of it Python should import from: the folder that it lies in (".") or itself.
    """

    def __init__(self, contents: dict[str, bytes], archive: str = "", import_from: str = "") -> None:
        self.contents = contents
        self.archive = archive
        self.import_from = import_from

    def __reduce__(self) -> tuple[Any, ...]:
        return install, (self.contents, self.archive, self.import_from)


def install(contents: dict[str, bytes], archive: str, import_from: str) -> TaskFiles:
    """What a worker does when it unpacks one."""
    put(worker_folder(), contents, archive, import_from)
    return TaskFiles({}, archive, import_from)


def put(folder: Path, contents: dict[str, bytes], archive: str, import_from: str) -> None:
    """Write the files into a folder, or unpack the one there is into a folder of that name."""
    for name, data in contents.items():
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts:
            raise ValueError(f"a file for tasks cannot be called {name!r}")
        if archive:
            unpack(data, folder / PurePosixPath(archive).name, name)
        else:
            target = folder.joinpath(*path.parts)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
    if import_from:
        place = str(folder if import_from == "." else folder / import_from)
        if place not in sys.path:
            sys.path.insert(1, place)
        importlib.invalidate_caches()


class TaskEnvironment:
    """Environment variables for tasks, on their way."""

    def __init__(self, variables: dict[str, str]) -> None:
        self.variables = variables

    def __reduce__(self) -> tuple[Any, ...]:
        return set_environment, (self.variables,)


def set_environment(variables: dict[str, str]) -> TaskEnvironment:
    """What a worker does when it unpacks them."""
    os.environ.update(variables)
    return TaskEnvironment(variables)


_folder: Path | None = None


def worker_folder() -> Path:
    """This worker's folder for files."""
    global _folder
    if _folder is None:
        named = os.environ.get(FOLDER_VARIABLE)
        if named:
            _folder = Path(named)
            _folder.mkdir(parents=True, exist_ok=True)
        else:
            _folder = new_folder(broadcast.shelved)
    return _folder


def new_folder(owner: Any) -> Path:
    """A temporary folder that goes with its owner, at the latest with the process."""
    folder = Path(tempfile.mkdtemp(prefix="tabswarm-files-"))
    weakref.finalize(owner, shutil.rmtree, folder, ignore_errors=True)
    return folder


class SparkFiles:
    """Where the files are that `addFile`, `addPyFile` and `addArchive` gave to the tasks.

    >>> import tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = pathlib.Path(folder, "factor.txt").write_text("100")
    ...     sc.addFile(folder + "/factor.txt")
    >>> def times(records):
    ...     with open(SparkFiles.get("factor.txt")) as file:
    ...         factor = int(file.read())
    ...     return [record * factor for record in records]
    >>> sc.parallelize([1, 2, 3]).mapPartitions(times).collect()
    [100, 200, 300]
    """

    _driver_folder: ClassVar[Path | None] = None

    @classmethod
    def get(cls, filename: str) -> str:
        """The path of a file, or of an archive's folder, by its name."""
        return os.path.join(cls.getRootDirectory(), filename)

    @classmethod
    def getRootDirectory(cls) -> str:
        """The folder that they are in: in a task the worker's, else that of the driver's latest context."""
        if broadcast.in_task():
            return str(worker_folder())
        if cls._driver_folder is None:
            raise RuntimeError("there are no files for tasks: make a Context, and call addFile")
        return str(cls._driver_folder)
