"""Actions that return at once, with a future: Spark's `AsyncRDDActions`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from tabswarm.rdd.future_action import FutureAction
from tabswarm.rdd.structure import Structure, must_be_callable
from tabswarm.rdd.type_variables import T, T_co


class Asynchronous(Structure[T_co]):
    """`collectAsync`, `countAsync`, `takeAsync`, `foreachAsync`, `foreachPartitionAsync`; `sc.runAsync` runs any other
    action so."""

    def collectAsync(self) -> FutureAction[list[T_co]]:
        """`collect`, in the background.

        >>> sc.parallelize([3, 1, 2], 2).collectAsync().result(timeout=60)
        [3, 1, 2]
        """
        return self.ctx._in_background(self._rdd.collect)

    def countAsync(self) -> FutureAction[int]:
        """`count`, in the background; two jobs so run at once.

        >>> few, many = sc.range(10).countAsync(), sc.range(1000).countAsync()
        >>> few.result(), many.result()
        (10, 1000)
        """
        return self.ctx._in_background(self._rdd.count)

    def takeAsync(self, num: int) -> FutureAction[list[T_co]]:
        """`take`, in the background.

        >>> import asyncio
        >>> async def first_two():
        ...     return await sc.parallelize("abc", 3).takeAsync(2)
        >>> asyncio.run(first_two())
        ['a', 'b']
        """
        return self.ctx._in_background(lambda: self._rdd.take(num))

    def foreachAsync(self: Structure[T], f: Callable[[T], object]) -> FutureAction[None]:
        """`foreach`, in the background.

        >>> seen = sc.accumulator(0)
        >>> sc.range(3).foreachAsync(seen.add).result()
        >>> seen.value
        3
        """
        must_be_callable(f)
        return self.ctx._in_background(lambda: self._rdd.foreach(f))

    def foreachPartitionAsync(
        self: Structure[T], f: Callable[[Iterator[T]], Iterable[object] | None]
    ) -> FutureAction[None]:
        """`foreachPartition`, in the background.

        >>> sc.range(3).foreachPartitionAsync(lambda records: None).result()
        """
        must_be_callable(f)
        return self.ctx._in_background(lambda: self._rdd.foreachPartition(f))
