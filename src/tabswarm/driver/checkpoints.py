"""A context's checkpoints on the driver's disk."""

from __future__ import annotations

import os
import uuid
from pathlib import Path
from typing import Any

from tabswarm.driver.saving import Saving
from tabswarm.plan.operators import StoredRecords
from tabswarm.rdd.answers import AsFiles
from tabswarm.rdd.operation import Plain
from tabswarm.rdd.rdd import RDD
from tabswarm.rdd.source_data import SourceData
from tabswarm.rdd.structure import Structure


class Checkpoints(Saving):
    """`setCheckpointDir` and `getCheckpointDir`."""

    _checkpoint_dir: str | None = None

    def setCheckpointDir(self, dirName: str | os.PathLike[str]) -> None:
        """The folder of the driver's disk under which RDDs are checkpointed, in a new folder of this application's.

        >>> import tempfile, os
        >>> with tempfile.TemporaryDirectory() as folder, Context("local[2]") as context:
        ...     context.setCheckpointDir(folder)
        ...     numbers = context.range(4).map(lambda n: n * n)
        ...     numbers.checkpoint()
        ...     numbers.sum(), os.path.dirname(numbers.getCheckpointFile()) == context.getCheckpointDir()
        ...     numbers.collect()
        (14, True)
        [0, 1, 4, 9]
        """
        path = os.fspath(dirName)
        folder = Path(path.removeprefix("file://").removeprefix("file:")).absolute() / str(uuid.uuid4())
        folder.mkdir(parents=True)
        self._checkpoint_dir = str(folder)

    def getCheckpointDir(self) -> str | None:
        """This application's folder for checkpoints; None where `setCheckpointDir` was not called.

        >>> sc.getCheckpointDir() is None
        True
        """
        return None if self._checkpoint_dir is None else f"file:{self._checkpoint_dir}"

    def _checkpoint_folder(self, node: int) -> str | None:
        return None if self._checkpoint_dir is None else os.path.join(self._checkpoint_dir, f"rdd-{node}")

    def _write_checkpoint(self, rdd: Structure[Any], folder: str) -> None:
        self._save(rdd, AsFiles(folder, "", "saveAsPickleFile"))
        if rdd.getNumPartitions():
            source = _files(folder)
            rdd._cut_off(Plain(StoredRecords()), source)
            assert source.reader is not None
            self._engine.provide(rdd._id, source.reader)

    def _checkpointFile(self, name: str, input_deserializer: object = None) -> RDD[Any]:
        """An RDD of the files that a checkpoint made (`getCheckpointFile`), partition by partition."""
        self._must_run()
        return self._source(Plain(StoredRecords()), _files(name.removeprefix("file:")))


def _files(folder: str) -> SourceData:
    from tabswarm.driver.record_files import checkpoint_files

    files = checkpoint_files(folder)
    return SourceData.of_reader(files.sizes, files)
