"""Actions that write an RDD to the driver's disk: a folder, with a file for each partition."""

from __future__ import annotations

import os
from typing import NoReturn

from tabswarm.errors import NotApplicable
from tabswarm.plan.operators import MapPartitions
from tabswarm.rdd.answers import AsFiles
from tabswarm.rdd.structure import Structure
from tabswarm.rdd.text_encoding import SUFFIXES, EncodeLines, codec_of
from tabswarm.rdd.type_variables import T_co


class FileSaving(Structure[T_co]):
    """`saveAsTextFile`, `saveAsPickleFile`."""

    def saveAsTextFile(self, path: str | os.PathLike[str], compressionCodecClass: str | None = None) -> None:
        """Write the records as lines of text files: `part-00000` and so on in the folder `path`, and an empty file
        `_SUCCESS`.

        Text is written as UTF-8, bytes as they are, anything else as its `str()`. `compressionCodecClass` is
        `"org.apache.hadoop.io.compress.GzipCodec"` or `"...BZip2Codec"` (short: `"gzip"`, `"bzip2"`).

        A folder or file that is there already is refused before anything runs (`FileExistsError`). The folder gets its
        name when it is complete: whatever fails, no half of it is to be seen. Files are written as partitions come, so
        the result need not fit into memory.

        >>> import tempfile, pathlib
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     sc.parallelize(["to be", "or not"], 2).saveAsTextFile(folder + "/saved")
        ...     sorted(path.name for path in pathlib.Path(folder, "saved").iterdir())
        ...     sc.textFile(folder + "/saved").collect()
        ['_SUCCESS', 'part-00000', 'part-00001']
        ['to be', 'or not']
        """
        codec = codec_of(compressionCodecClass)
        encoded = self._apply(MapPartitions, EncodeLines(codec))
        self.ctx._save(encoded, AsFiles(os.fspath(path), SUFFIXES[codec], "saveAsTextFile"))

    def saveAsPickleFile(self, path: str | os.PathLike[str], batchSize: int = 10) -> None:
        """Write the records so that `pickleFile` reads them again, as `part-00000` and so on in the folder `path`.

        All that may be a record may be saved. The files are tabswarm's own (neither Hadoop nor PySpark reads them),
        and every version of Python that runs tabswarm reads them. How many records stand together is decided by their
        size; `batchSize` is taken for PySpark's sake. As for `saveAsTextFile`: an existing target is refused, and no
        half of a result is ever to be seen.

        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     sc.parallelize(range(10)).saveAsPickleFile(folder + "/saved", 3)
        ...     sorted(sc.pickleFile(folder + "/saved", 3).collect())
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
        """
        self.ctx._save(self, AsFiles(os.fspath(path), "", "saveAsPickleFile"))

    # --- what only Hadoop can mean

    def saveAsSequenceFile(self, *_: object, **__: object) -> NoReturn:
        """An error: a SequenceFile is written by Hadoop's Java classes. Use `saveAsPickleFile` or `saveAsTextFile`.

        >>> sc.range(3).saveAsSequenceFile("data")
        Traceback (most recent call last):
        tabswarm.errors.NotApplicable: saveAsSequenceFile needs Hadoop's Java classes, and there is no JVM here: ...
        """
        raise _only_hadoop("saveAsSequenceFile")

    def saveAsHadoopFile(self, *_: object, **__: object) -> NoReturn:
        """An error: an OutputFormat is a Java class. Use `saveAsTextFile` or `saveAsPickleFile`.

        >>> sc.range(3).saveAsHadoopFile("data", "SomeOutputFormat")
        Traceback (most recent call last):
        tabswarm.errors.NotApplicable: saveAsHadoopFile needs Hadoop's Java classes, and there is no JVM here: ...
        """
        raise _only_hadoop("saveAsHadoopFile")

    def saveAsHadoopDataset(self, *_: object, **__: object) -> NoReturn:
        """An error: an OutputFormat is a Java class. Use `saveAsTextFile` or `saveAsPickleFile`.

        >>> sc.range(3).saveAsHadoopDataset({})
        Traceback (most recent call last):
        tabswarm.errors.NotApplicable: saveAsHadoopDataset needs Hadoop's Java classes, and there is no JVM here: ...
        """
        raise _only_hadoop("saveAsHadoopDataset")

    def saveAsNewAPIHadoopFile(self, *_: object, **__: object) -> NoReturn:
        """An error: an OutputFormat is a Java class. Use `saveAsTextFile` or `saveAsPickleFile`.

        >>> sc.range(3).saveAsNewAPIHadoopFile("data", "SomeOutputFormat")
        Traceback (most recent call last):
        tabswarm.errors.NotApplicable: saveAsNewAPIHadoopFile needs Hadoop's Java classes, and there is no JVM here: ...
        """
        raise _only_hadoop("saveAsNewAPIHadoopFile")

    def saveAsNewAPIHadoopDataset(self, *_: object, **__: object) -> NoReturn:
        """An error: an OutputFormat is a Java class. Use `saveAsTextFile` or `saveAsPickleFile`.

        >>> sc.range(3).saveAsNewAPIHadoopDataset({})
        Traceback (most recent call last):
        tabswarm.errors.NotApplicable: saveAsNewAPIHadoopDataset needs Hadoop's Java classes, and there is no JVM ...
        """
        raise _only_hadoop("saveAsNewAPIHadoopDataset")


def _only_hadoop(call: str) -> NotApplicable:
    return NotApplicable(
        f"{call} needs Hadoop's Java classes, and there is no JVM here: save to the driver's disk by saveAsTextFile or "
        "saveAsPickleFile"
    )
