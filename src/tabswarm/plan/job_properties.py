"""What a program says of a job beside what it computes: its group, its tags, its description, and local properties of
the program's own, which its functions can read where they run.

They travel as one dict of texts, under Spark's names.
"""

from __future__ import annotations

from collections.abc import Mapping

from tabswarm.errors import PlanRefused

GROUP = "spark.jobGroup.id"
DESCRIPTION = "spark.job.description"
TAGS = "spark.job.tags"
INTERRUPT_ON_CANCEL = "spark.job.interruptOnCancel"

MAX_PROPERTIES = 1000
MAX_LENGTH = 64 * 1024
"""Ceilings of one job: how many properties, and how many characters in all."""


def tags_of(properties: Mapping[str, str]) -> tuple[str, ...]:
    """The job's tags, sorted.

    >>> tags_of({TAGS: "nightly,big"}), tags_of({})
    (('big', 'nightly'), ())
    """
    return tuple(sorted(tag for tag in properties.get(TAGS, "").split(",") if tag))


def check_properties(properties: Mapping[str, str]) -> None:
    """Refuse more than a plan may carry."""
    length = sum(len(key) + len(value) for key, value in properties.items())
    if len(properties) > MAX_PROPERTIES or length > MAX_LENGTH:
        raise PlanRefused(
            f"a job has at most {MAX_PROPERTIES} local properties with {MAX_LENGTH:,} characters in all, not "
            f"{len(properties)} with {length:,}"
        )
