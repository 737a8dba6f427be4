"""Spark's RDDs on a swarm of browser tabs.

    from tabswarm import Context

    with Context("local[2]") as sc:
        words = sc.textFile("book.txt").flatMap(str.split)
        print(words.map(lambda word: (word, 1)).reduceByKey(lambda a, b: a + b).take(10))

A name loads when it is first used, so that `import tabswarm` costs next to nothing and a tab loads only what it runs.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tabswarm.barrier_task_info import BarrierTaskInfo
    from tabswarm.bounded_float import BoundedFloat
    from tabswarm.conf import SparkConf
    from tabswarm.driver.attached import AttachedApplication
    from tabswarm.driver.context import Context, SparkContext
    from tabswarm.driver.inheritable_thread import InheritableThread, inheritable_thread_target
    from tabswarm.driver.job_future import JobFuture
    from tabswarm.errors import (
        AccumulatorUnreadable,
        BadLink,
        BlockUnavailable,
        BroadcastGone,
        CannotCompile,
        ConnectionRefused,
        ContextInTask,
        CoordinatorUnreachable,
        JobCancelled,
        JobError,
        NoEligibleVolunteers,
        NotApplicable,
        NotShippable,
        NoUsableSource,
        PlanRefused,
        ProgramError,
        RecordError,
        RecordRefused,
        RecordTooLarge,
        ResultNotSerialisable,
        ResultsGone,
        ResultTooLarge,
        SessionReplaced,
        SourceUnavailable,
        StableHashError,
        TabswarmError,
        TaskError,
        TaskTimeout,
        TokenRefused,
        UnknownApplication,
        UrlUnavailable,
        VersionRefused,
        WorkerLost,
    )
    from tabswarm.executor.task_context import BarrierTaskContext, TaskContext
    from tabswarm.plan.accumulator import Accumulator, AccumulatorParam
    from tabswarm.plan.storage_level import StorageLevel
    from tabswarm.rdd.barrier import RDDBarrier
    from tabswarm.rdd.custom import CustomRDD
    from tabswarm.rdd.custom_dependency import AllDependency, ArrayDependency, OneToOneDependency, RangeDependency
    from tabswarm.rdd.key_partitioner import portable_hash
    from tabswarm.rdd.rdd import RDD
    from tabswarm.rdd.status import SparkJobInfo, SparkStageInfo, StatusTracker
    from tabswarm.result_iterable import ResultIterable
    from tabswarm.shipping.broadcast import Broadcast
    from tabswarm.shipping.task_files import SparkFiles
    from tabswarm.showing.screen import display
    from tabswarm.stat_counter import StatCounter

_ELSEWHERE = {
    "Accumulator": "tabswarm.plan.accumulator",
    "AccumulatorParam": "tabswarm.plan.accumulator",
    "AttachedApplication": "tabswarm.driver.attached",
    "BoundedFloat": "tabswarm.bounded_float",
    "Context": "tabswarm.driver.context",
    "SparkConf": "tabswarm.conf",
    "SparkFiles": "tabswarm.shipping.task_files",
    "SparkContext": "tabswarm.driver.context",
    "CustomRDD": "tabswarm.rdd.custom",
    "AllDependency": "tabswarm.rdd.custom_dependency",
    "ArrayDependency": "tabswarm.rdd.custom_dependency",
    "OneToOneDependency": "tabswarm.rdd.custom_dependency",
    "RangeDependency": "tabswarm.rdd.custom_dependency",
    "InheritableThread": "tabswarm.driver.inheritable_thread",
    "JobFuture": "tabswarm.driver.job_future",
    "Broadcast": "tabswarm.shipping.broadcast",
    "RDD": "tabswarm.rdd.rdd",
    "RDDBarrier": "tabswarm.rdd.barrier",
    "ResultIterable": "tabswarm.result_iterable",
    "StatCounter": "tabswarm.stat_counter",
    "SparkJobInfo": "tabswarm.rdd.status",
    "SparkStageInfo": "tabswarm.rdd.status",
    "StatusTracker": "tabswarm.rdd.status",
    "StorageLevel": "tabswarm.plan.storage_level",
    "BarrierTaskContext": "tabswarm.executor.task_context",
    "BarrierTaskInfo": "tabswarm.barrier_task_info",
    "TaskContext": "tabswarm.executor.task_context",
    "display": "tabswarm.showing.screen",
    "inheritable_thread_target": "tabswarm.driver.inheritable_thread",
    "portable_hash": "tabswarm.rdd.key_partitioner",
}

__all__ = [
    "RDD",
    "Accumulator",
    "AccumulatorParam",
    "AccumulatorUnreadable",
    "AllDependency",
    "ArrayDependency",
    "AttachedApplication",
    "BadLink",
    "BarrierTaskContext",
    "BarrierTaskInfo",
    "BlockUnavailable",
    "BoundedFloat",
    "Broadcast",
    "BroadcastGone",
    "CannotCompile",
    "ConnectionRefused",
    "Context",
    "ContextInTask",
    "CoordinatorUnreachable",
    "CustomRDD",
    "InheritableThread",
    "JobCancelled",
    "JobError",
    "JobFuture",
    "NoEligibleVolunteers",
    "NoUsableSource",
    "NotApplicable",
    "NotShippable",
    "OneToOneDependency",
    "PlanRefused",
    "ProgramError",
    "RDDBarrier",
    "RangeDependency",
    "RecordError",
    "RecordRefused",
    "RecordTooLarge",
    "ResultIterable",
    "ResultNotSerialisable",
    "ResultTooLarge",
    "ResultsGone",
    "SessionReplaced",
    "SourceUnavailable",
    "SparkConf",
    "SparkContext",
    "SparkFiles",
    "SparkJobInfo",
    "SparkStageInfo",
    "StableHashError",
    "StatCounter",
    "StatusTracker",
    "StorageLevel",
    "TabswarmError",
    "TaskContext",
    "TaskError",
    "TaskTimeout",
    "TokenRefused",
    "UnknownApplication",
    "UrlUnavailable",
    "VersionRefused",
    "WorkerLost",
    "display",
    "inheritable_thread_target",
    "portable_hash",
]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'tabswarm' has no attribute {name!r}")
    value: object = getattr(importlib.import_module(_ELSEWHERE.get(name, "tabswarm.errors")), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
