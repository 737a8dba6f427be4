"""How a context writes an RDD to the driver's disk: one job whose blocks are written as they come.

A job that saves *streams*: of the blocks that are ready, only so many are fetched as the driver writes, so neither the
whole result nor a partition that is far ahead lies in its memory.
"""

from __future__ import annotations

from typing import Any

from tabswarm.rdd.answers import AsFiles
from tabswarm.rdd.call_site import call_site
from tabswarm.rdd.engine_context import EngineContext
from tabswarm.rdd.structure import Structure


class Saving(EngineContext):
    """A context with a disk to write to."""

    def _check_file(self, path: str) -> None:
        from tabswarm.driver.whole_file import check_target

        check_target(path)

    def _save_file(self, path: str, content: bytes) -> None:
        from tabswarm.driver.whole_file import write_whole

        write_whole(path, content)

    def _save(self, rdd: Structure[Any], answer: AsFiles) -> None:
        from tabswarm.driver.save_folder import SaveFolder

        self._must_run()
        with SaveFolder(answer, self._max_result_size) as folder:
            partitions = range(rdd.getNumPartitions())
            if partitions:
                handle = self._submit(rdd, partitions, call_site(), answer)
                try:
                    for partition, block in handle.results(in_order=False):
                        folder.write(partition, block)
                except BaseException:
                    handle.cancel()
                    raise
                finally:
                    self._add_up(handle.updates())
                    self._let_go()
            folder.complete()
