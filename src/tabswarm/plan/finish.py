"""What a driver does with the records of a job's target partitions: the last step of an action, as plain data.

A closed list, like the operators: most entries name no function, so whoever attaches to the application runs nothing
that it did not bring along. Where the user's own function is needed (`reduce`), a function slot names it. The
coordinator carries all this and reads none of it; `rdd/answers.py` has one implementation for each.
"""

from __future__ import annotations

import msgspec

from tabswarm.plan.operators import CodeRef


class _Finish(msgspec.Struct, frozen=True, tag=str.lower, tag_field="as"):
    """Common to all: on the wire the class name, in lower case, tells them apart."""


class Listed(_Finish, frozen=True):
    """All records, one partition after the other (`collect`)."""


class Summed(_Finish, frozen=True):
    """The sum of the records (`count`, `sum`)."""


class Reduced(_Finish, frozen=True):
    """The records put together by `f`; there must be one (`reduce`, `max`, `min`)."""

    f: CodeRef


class Folded(_Finish, frozen=True):
    """The records put together by `op`, beginning with the value `zero` (`fold`, `aggregate`)."""

    op: CodeRef
    zero: CodeRef


class Mapped(_Finish, frozen=True):
    """The pairs as a dict (`collectAsMap`)."""


class Counted(_Finish, frozen=True):
    """The counts of each value added up (`countByValue`, `countByKey`)."""


class Silent(_Finish, frozen=True):
    """Nothing (`foreach`)."""


class Taken(_Finish, frozen=True):
    """The first `num` records, of which `before` holds those that earlier jobs of the same action found, as a block of
    records. Where these and this job's are fewer, there is nothing more only if the job looked at the `last` partition.

    `shape` is `list` (`take`), `first` (the record itself) or `empty` (whether there is none).
    """

    num: int
    before: bytes = b""
    last: bool = False
    shape: str = "list"


class Saved(_Finish, frozen=True):
    """Files in a new folder on the driver's own disk, one a partition (`saveAsTextFile`, `saveAsPickleFile`: `call`).

    `path` is what the user wrote; file names end in `suffix`. Nobody but the driver writes them.
    """

    path: str
    suffix: str
    call: str


class ReducedByKey(_Finish, frozen=True):
    """The pairs as a dict, the values of a key put together by `f` (`reduceByKeyLocally`)."""

    f: CodeRef


class Ranked(_Finish, frozen=True):
    """The `num` largest records in falling order, or the smallest in rising order, by `key` where there is one (`top`,
    `takeOrdered`)."""

    num: int
    largest: bool
    key: CodeRef | None = None


class Placed(_Finish, frozen=True):
    """The records of pairs `(place, record)`, in the order of their places (`takeSample`)."""


class Figure(_Finish, frozen=True):
    """A figure of `StatCounter`s put together, by the name of its method; all of them where it has no name (`stats`,
    `mean`, `variance` ...)."""

    name: str = ""


class Histogram(_Finish, frozen=True):
    """The counts of each partition added up, and the buckets that they are of, as a block of records."""

    buckets: bytes


class Distinct(_Finish, frozen=True):
    """How many distinct records left these registers of a sketch (`countApproxDistinct`)."""

    precision: int


class Estimated(_Finish, frozen=True):
    """A figure of all partitions, from the `StatCounter`s of those that came in time, with its bounds: `count`, `sum`
    or `mean`."""

    figure: str
    confidence: float


Finish = (
    Listed
    | Summed
    | Reduced
    | Folded
    | Mapped
    | Counted
    | Silent
    | Taken
    | Saved
    | ReducedByKey
    | Ranked
    | Placed
    | Figure
    | Histogram
    | Distinct
    | Estimated
)


def code_of_finish(finish: Finish) -> tuple[CodeRef, ...]:
    """The functions and values that it names.

    >>> code_of_finish(Summed())
    ()
    """
    match finish:
        case Reduced(f=f) | ReducedByKey(f=f):
            return (f,)
        case Ranked(key=CodeRef() as key):
            return (key,)
        case Folded(op=op, zero=zero):
            return (op, zero)
        case _:
            return ()
