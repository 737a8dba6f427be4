"""The folder that a save makes: written under another name beside its target, renamed when all of it is there.

    with SaveFolder(answer, limit) as folder:       the target is refused here if it exists
        folder.write(partition, block)
        folder.complete()                           the target exists from now on, whole
                                                    (without it: nothing is left)

A process that is killed meanwhile leaves a hidden folder beside the target (`.NAME.saving-...`), and no target.
"""

from __future__ import annotations

import os
import secrets
import shutil
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from tabswarm.driver.text_paths import local_path
from tabswarm.errors import RecordRefused
from tabswarm.rdd.answers import AsFiles
from tabswarm.shipping.class_registry import SHIPPED
from tabswarm.shipping.record_file import head_of
from tabswarm.shipping.records import iter_chunks

SUCCESS = "_SUCCESS"


class SaveFolder:
    """The folder of one save. `limit` is the most bytes that one chunk of records may have unpacked."""

    def __init__(self, answer: AsFiles, limit: int) -> None:
        self._answer = answer
        self._limit = limit
        self.target = Path(os.path.abspath(local_path(answer.path, answer.call)))
        self._made: list[Path] = []
        self._folder = self.target.with_name(f".{self.target.name}.saving-{secrets.token_hex(6)}")

    def __enter__(self) -> SaveFolder:
        self._must_be_free()
        try:
            missing = [folder for folder in self.target.parents if not folder.exists()]
            for folder in reversed(missing):
                folder.mkdir(exist_ok=True)
                self._made.append(folder)
            self._folder.mkdir()
        except OSError as error:
            self._clear()
            raise self._failed(error) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._clear()

    def write(self, partition: int, block: bytes) -> None:
        """Write a partition's file."""
        try:
            with open(self._folder / f"part-{partition:05}{self._answer.suffix}", "wb") as file:
                if self._answer.is_text:
                    self._write_text(file, block)
                else:
                    file.write(head_of(SHIPPED.known_ids()))
                    file.write(block)
        except OSError as error:
            raise self._failed(error) from error

    def complete(self) -> None:
        """Give the folder its name."""
        try:
            (self._folder / SUCCESS).touch()
            self._must_be_free()
            self._folder.rename(self.target)
        except FileExistsError:
            raise
        except OSError as error:
            self._must_be_free()  # somebody else was faster
            raise self._failed(error) from error
        self._made = []

    def _write_text(self, file: BinaryIO, block: bytes) -> None:
        for chunk in iter_chunks(block, limit=self._limit):
            for data in chunk:
                if type(data) is not bytes:
                    raise RecordRefused(f"a partition that is to be saved as text holds a {type(data).__name__}")
                file.write(data)

    def _must_be_free(self) -> None:
        if os.path.lexists(self.target):
            raise FileExistsError(
                f"Output directory file:{self.target} already exists: {self._answer.call} writes to a new folder only. "
                "Remove it, or name another"
            )

    def _failed(self, error: OSError) -> OSError:
        """The same kind of error, saying what it spoiled."""
        why = f"{error.strerror or error}: {self._answer.call} could not write {self.target}, and left nothing behind"
        return OSError(error.errno, why, error.filename) if error.errno else OSError(why)

    def _clear(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)
        for folder in reversed(self._made):
            try:
                folder.rmdir()
            except OSError:
                break  # somebody uses it
        self._made = []
