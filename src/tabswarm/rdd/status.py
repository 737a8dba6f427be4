"""How far a program's jobs are: PySpark's `StatusTracker`, `SparkJobInfo` and `SparkStageInfo`.

Jobs and stages have numbers of the driver's own. A stage is derived from the plan, for display: nothing is scheduled by
it, so tasks of several stages may run at once.
"""

from __future__ import annotations

from typing import NamedTuple, NoReturn

from tabswarm.errors import NotApplicable
from tabswarm.plan.report import JobReport
from tabswarm.plan.stages import Stage
from tabswarm.rdd.engine import Engine
from tabswarm.rdd.job_register import JobRegister, RegisteredJob


class SparkJobInfo(NamedTuple):
    """One job: the numbers of its stages, and RUNNING, SUCCEEDED or FAILED."""

    jobId: int
    stageIds: list[int]
    status: str


class SparkStageInfo(NamedTuple):
    """One stage. A task is one partition of the stage's last node, as Spark counts; tabswarm may compute several in one
    go."""

    stageId: int
    currentAttemptId: int
    name: str
    numTasks: int
    numActiveTasks: int
    numCompletedTasks: int
    numFailedTasks: int


class StatusTracker:
    """What can be asked of a context's jobs while they run, and of the latest thousand after. Get one by
    `sc.statusTracker()`.

    >>> tracker = sc.statusTracker()
    >>> sc.setJobGroup("sums", "some sums")
    >>> sc.range(10, numSlices=2).map(lambda x: (x % 2, x)).reduceByKey(lambda a, b: a + b).count()
    2
    >>> job = tracker.getJobInfo(tracker.getJobIdsForGroup("sums")[-1])
    >>> job.status, len(job.stageIds), tracker.getStageInfo(job.stageIds[0]).numCompletedTasks
    ('SUCCEEDED', 2, 2)
    >>> sc.setLocalProperty("spark.jobGroup.id", None)
    """

    def __init__(self, register: JobRegister, engine: Engine) -> None:
        self._register = register
        self._engine = engine

    def getExecutorInfos(self) -> NoReturn:
        """Where Spark's executors are and what memory they have: nothing that volunteers tell a driver.

        >>> sc.statusTracker().getExecutorInfos()
        Traceback (most recent call last):
        tabswarm.errors.NotApplicable: volunteers tell no addresses and no heap sizes ...
        """
        raise NotApplicable(
            "volunteers tell no addresses and no heap sizes of a JVM; `tabswarm jobs` says who computed what, and "
            "defaultParallelism how many tasks can run at once"
        )

    def getJobIdsForGroup(self, jobGroup: str | None = None) -> list[int]:
        """The numbers of all known jobs of a group; without one, of those in no group."""
        return [job.number for job in self._register.in_group(jobGroup)]

    def getActiveJobsIds(self) -> list[int]:
        """The numbers of the jobs that run."""
        return [job.number for job in self._register.active()]

    def getActiveStageIds(self) -> list[int]:
        """The numbers of the stages of running jobs that are not through."""
        return sorted(
            stage
            for job in self._register.active()
            for stage, info in self._stages(job).items()
            if info.numCompletedTasks < info.numTasks
        )

    def getJobInfo(self, jobId: int) -> SparkJobInfo | None:
        """One job, or None where it is unknown or forgotten."""
        job = self._register.jobs.get(jobId)
        return None if job is None else SparkJobInfo(job.number, list(job.stages), job.status)

    def getStageInfo(self, stageId: int) -> SparkStageInfo | None:
        """One stage, or None where it is unknown or forgotten."""
        for job in list(self._register.jobs.values()):
            if stageId in job.stages:
                return self._stages(job)[stageId]
        return None

    def _stages(self, job: RegisteredJob) -> dict[int, SparkStageInfo]:
        report = self._engine.report(job.id)
        running = job.running
        infos: dict[int, SparkStageInfo] = {}
        for number, stage in job.stages.items():
            done = _done(stage, report)
            active = min(running, stage.tasks - done)
            running -= active
            infos[number] = SparkStageInfo(number, 0, job.names[number], stage.tasks, active, done, 0)
        return infos


def _done(stage: Stage, report: JobReport | None) -> int:
    """How many of the stage's partitions have been computed in this job."""
    for node in report.nodes if report is not None else ():
        if node.id == stage.last:
            return min(node.first, stage.tasks)
    return 0
