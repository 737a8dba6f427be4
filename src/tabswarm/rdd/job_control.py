"""The part of a context that marks jobs, asks about them and cancels them: groups, tags, local properties.

All marks belong to the calling thread, and hold for the jobs that it starts after.
"""

from __future__ import annotations

from tabswarm.plan.job_properties import DESCRIPTION, GROUP, INTERRUPT_ON_CANCEL, TAGS, tags_of
from tabswarm.rdd.engine import Engine
from tabswarm.rdd.job_register import JobRegister
from tabswarm.rdd.local_properties import LocalProperties
from tabswarm.rdd.status import StatusTracker


class JobControl:
    """`setJobGroup`, `addJobTag`, `setLocalProperty`, `cancelJobGroup`, `statusTracker` and their kin."""

    _engine: Engine

    def __init__(self) -> None:
        self._properties = LocalProperties()
        self._jobs = JobRegister()

    def setLocalProperty(self, key: str, value: str | None) -> None:
        """Set a property that travels with this thread's jobs, where `TaskContext.getLocalProperty` tells of it; None
        takes it away.

        >>> sc.setLocalProperty("colour", "green")
        >>> sc.getLocalProperty("colour")
        'green'
        >>> sc.setLocalProperty("colour", None)
        """
        self._properties.set(key, None if value is None else str(value))

    def getLocalProperty(self, key: str) -> str | None:
        """This thread's value of a property, or None.

        >>> sc.getLocalProperty("never set") is None
        True
        """
        return self._properties.get(key)

    def setJobGroup(self, groupId: str, description: str, interruptOnCancel: bool = False) -> None:
        """Put this thread's jobs into a group, which `cancelJobGroup` cancels and `tabswarm jobs` shows.

        A cancelled job's tasks always end at once, whatever `interruptOnCancel` says.

        >>> sc.setJobGroup("nightly", "all the sums")
        >>> sc.getLocalProperty("spark.jobGroup.id"), sc.getLocalProperty("spark.job.description")
        ('nightly', 'all the sums')
        >>> sc.setLocalProperty("spark.jobGroup.id", None)
        """
        self.setLocalProperty(GROUP, groupId)
        self.setLocalProperty(DESCRIPTION, description)
        self.setInterruptOnCancel(interruptOnCancel)

    def setJobDescription(self, value: str | None) -> None:
        """Describe this thread's jobs, for people.

        >>> sc.setJobDescription("the sum of everything")
        >>> sc.getLocalProperty("spark.job.description")
        'the sum of everything'
        >>> sc.setJobDescription(None)
        """
        self.setLocalProperty(DESCRIPTION, value)

    def setInterruptOnCancel(self, interruptOnCancel: bool) -> None:
        """Spark's: whether cancelling interrupts the tasks that run. Here it always does.

        >>> sc.setInterruptOnCancel(True)
        """
        self.setLocalProperty(INTERRUPT_ON_CANCEL, "true" if interruptOnCancel else "false")

    def addJobTag(self, tag: str) -> None:
        """Add a tag to this thread's jobs, which `cancelJobsWithTag` finds. A tag is not empty and has no comma.

        >>> sc.addJobTag("big")
        >>> sc.getJobTags()
        {'big'}
        >>> sc.clearJobTags()
        """
        _check_tag(tag)
        self._set_tags(self.getJobTags() | {tag})

    def removeJobTag(self, tag: str) -> None:
        """Take a tag away; harmless where it is not there.

        >>> sc.removeJobTag("big")
        """
        _check_tag(tag)
        self._set_tags(self.getJobTags() - {tag})

    def getJobTags(self) -> set[str]:
        """This thread's tags.

        >>> sc.getJobTags()
        set()
        """
        return set(tags_of(self._properties.all()))

    def clearJobTags(self) -> None:
        """Take all tags away.

        >>> sc.clearJobTags()
        """
        self._set_tags(set())

    def cancelJobGroup(self, groupId: str, reason: str | None = None) -> None:
        """Cancel the running jobs of a group: their actions raise `JobCancelled`, with the reason.

        >>> sc.cancelJobGroup("nightly", "it is morning")
        """
        self._jobs.cancel_group(groupId, reason)

    def cancelJobsWithTag(self, tag: str, reason: str | None = None) -> None:
        """Cancel the running jobs that have a tag.

        >>> sc.cancelJobsWithTag("big")
        """
        _check_tag(tag)
        self._jobs.cancel_tag(tag, reason)

    def cancelAllJobs(self) -> None:
        """Cancel all running jobs of this context.

        >>> sc.cancelAllJobs()
        """
        self._jobs.cancel_all()

    def statusTracker(self) -> StatusTracker:
        """What can be asked of this context's jobs.

        >>> sc.statusTracker().getActiveJobsIds()
        []
        """
        return StatusTracker(self._jobs, self._engine)

    def _set_tags(self, tags: set[str]) -> None:
        self.setLocalProperty(TAGS, ",".join(sorted(tags)) or None)


def _check_tag(tag: str) -> None:
    if not tag:
        raise ValueError("Spark job tag cannot be an empty string: a tag is some text")
    if "," in tag:
        raise ValueError(f"Spark job tag cannot contain ',': {tag!r}")
