"""The part of a context that gives files to tasks."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tabswarm.errors import NotApplicable
from tabswarm.rdd.engine_context import EngineContext
from tabswarm.shipping.broadcast import Broadcast
from tabswarm.shipping.task_files import SparkFiles, TaskEnvironment, TaskFiles, new_folder, put

MOST_BYTES = 1 << 30
"""The most bytes of one `addFile`."""
_IMPORTABLE = (".zip", ".egg", ".jar", ".whl")


class FilesForTasks(EngineContext):
    """`addFile`, `addPyFile`, `addArchive`."""

    _files_folder: Path | None = None

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._listed: dict[str, str] = {}
        self._given: dict[str, Broadcast[Any]] = {}

    def addFile(self, path: str | os.PathLike[str], recursive: bool = False) -> None:
        """Give a file of the driver's disk to every worker; with `recursive` a whole folder. Tasks find it by
        `SparkFiles.get(name)`, and so does the driver. It is read now.

        >>> import tempfile, pathlib
        >>> from tabswarm import SparkFiles
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     _ = pathlib.Path(folder, "greeting.txt").write_text("hello")
        ...     sc.addFile(folder + "/greeting.txt")
        >>> sc.range(1).map(lambda n: open(SparkFiles.get("greeting.txt")).read()).collect()
        ['hello']
        """
        source = _local(path, "addFile")
        if source.is_dir():
            if not recursive:
                raise ValueError(f"addFile: {source} is a folder; say recursive=True to give all of it")
            contents = {
                f"{source.name}/{file.relative_to(source).as_posix()}": file.read_bytes()
                for file in sorted(source.rglob("*"))
                if file.is_file() and not file.is_symlink()
            }
        else:
            contents = {source.name: source.read_bytes()}
        self._give(source, source.name, "file", TaskFiles(contents))

    def addPyFile(self, path: str | os.PathLike[str]) -> None:
        """Give a `.py` file, or a `.zip`, `.egg` or `.whl` of modules, to every worker, so that tasks can import it; so
        can the driver. (Modules of your own that lie beside the program travel by themselves.)

        >>> import tempfile, pathlib
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     _ = pathlib.Path(folder, "tabswarm_doubling.py").write_text("def double(n): return 2 * n")
        ...     sc.addPyFile(folder + "/tabswarm_doubling.py")
        >>> def double(n):
        ...     import tabswarm_doubling
        ...     return tabswarm_doubling.double(n)
        >>> sc.range(3).map(double).collect()
        [0, 2, 4]
        """
        source = _local(path, "addPyFile")
        import_from = source.name if source.suffix in _IMPORTABLE else "."
        files = TaskFiles({source.name: source.read_bytes()}, import_from=import_from)
        self._give(source, source.name, "file", files)

    def addArchive(self, path: str) -> None:
        """Give a zip or tar archive to every worker, unpacked into a folder of its name, or of the name after a `#`.
        Archives with links, or with names that lead out of the folder, are refused, here already.

        >>> import tempfile, zipfile
        >>> from tabswarm import SparkFiles
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     with zipfile.ZipFile(folder + "/words.zip", "w") as archive:
        ...         archive.writestr("first.txt", "to be")
        ...     sc.addArchive(folder + "/words.zip#texts")
        >>> sc.range(1).map(lambda n: open(SparkFiles.get("texts") + "/first.txt").read()).collect()
        ['to be']
        """
        plain, _, name = str(path).partition("#")
        source = _local(plain, "addArchive")
        files = TaskFiles({source.name: source.read_bytes()}, archive=name or source.name)
        self._give(source, name or source.name, "archive", files)

    @property
    def listFiles(self) -> list[str]:
        """What `addFile` and `addPyFile` gave, by where it came from.

        >>> isinstance(sc.listFiles, list)
        True
        """
        return [path for path, kind in self._listed.items() if kind == "file"]

    @property
    def listArchives(self) -> list[str]:
        """What `addArchive` gave, by where it came from.

        >>> isinstance(sc.listArchives, list)
        True
        """
        return [path for path, kind in self._listed.items() if kind == "archive"]

    def _give_all(self, py_files: Iterable[str], environment: Mapping[str, str]) -> None:
        """What the context was made with."""
        SparkFiles._driver_folder = self._own_folder()
        for path in py_files:
            self.addPyFile(path)
        if environment:
            self._for_every_task("", TaskEnvironment(dict(environment)))

    def _give(self, source: Path, name: str, kind: str, files: TaskFiles) -> None:
        self._must_run()
        if name in self._given:
            if vars(self._given[name].value) == vars(files):
                return
            warnings.warn(f"{name} was given to the tasks before, and what they have stays as it is", stacklevel=4)
            return
        size = sum(map(len, files.contents.values()))
        if size > MOST_BYTES:
            raise ValueError(f"{source} has {size:,} bytes; {MOST_BYTES:,} may be given to tasks: make an RDD of it")
        put(self._own_folder(), files.contents, files.archive, files.import_from)
        self._listed[f"file:{source}"] = kind
        self._for_every_task(name, files)

    def _for_every_task(self, name: str, value: object) -> None:
        made = self._given[name] = self.broadcast(value)
        self._everywhere += (made.id,)

    def _own_folder(self) -> Path:
        if self._files_folder is None:
            self._files_folder = new_folder(self)
        return self._files_folder


def _local(path: str | os.PathLike[str], call: str) -> Path:
    text = os.fspath(path)
    scheme, separator, rest = text.partition("://")
    if separator and scheme != "file":
        raise NotApplicable(
            f"{call} reads files of the driver's disk, and {text!r} is none: download it first, and give its path"
        )
    return Path(rest if separator else text.removeprefix("file:")).absolute()
