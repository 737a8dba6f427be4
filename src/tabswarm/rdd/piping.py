"""Records through a process of the volunteer's machine. A tab can start none, so native workers alone run this."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import TYPE_CHECKING

from tabswarm.plan.operators import MapPartitions
from tabswarm.rdd.operation import Applied
from tabswarm.rdd.pipe_process import PipeThrough
from tabswarm.rdd.structure import Structure
from tabswarm.rdd.type_variables import T_co

if TYPE_CHECKING:
    from tabswarm.rdd.rdd import RDD


class Piping(Structure[T_co]):
    """`pipe`."""

    def pipe(self, command: str, env: Mapping[str, str] | None = None, checkCode: bool = False) -> RDD[str]:
        """The lines that a command writes, started once for each partition and given the records as lines.

        The process sees the environment `env` and nothing else, as in PySpark. With `checkCode` an exit code other than
        0 is an error, which repeats what the process said last on its standard error. Needs native workers
        (`local[N]` has them): on a swarm of tabs alone the action ends with `NoEligibleVolunteers`.

        >>> sc.parallelize(["1", "2", "", "3"]).pipe("cat").collect()
        ['1', '2', '', '3']
        """
        if not shlex.split(command):
            raise ValueError("pipe needs a command, and this one is empty")
        through = PipeThrough(command, env or {}, checkCode)
        return self._derive(
            Applied(MapPartitions, through, requires=("native",), because="pipe starts a process, which no tab can")
        )
