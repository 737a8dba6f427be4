"""What PySpark programs ask of their context besides RDDs and jobs: who and what it is, and what only a JVM does."""

from __future__ import annotations

import logging
import platform
import time
from typing import Any, NoReturn

from tabswarm.conf import SparkConf, user_name
from tabswarm.errors import NotApplicable
from tabswarm.rdd.engine_context import EngineContext
from tabswarm.wire.version import tabswarm_version

_LEVELS = {
    "ALL": logging.DEBUG, "TRACE": logging.DEBUG, "DEBUG": logging.DEBUG, "INFO": logging.INFO, "WARN": logging.WARNING,
    "ERROR": logging.ERROR, "FATAL": logging.CRITICAL, "OFF": logging.CRITICAL + 1,
}  # fmt: skip


class ContextManners(EngineContext):
    """`version`, `getConf`, `setLogLevel` and their like."""

    sparkHome: str | None = None
    pythonVer = ".".join(platform.python_version_tuple()[:2])

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._started = int(time.time() * 1000)
        self.environment: dict[str, str] = {}

    @property
    def version(self) -> str:
        """tabswarm's version.

        >>> isinstance(sc.version, str)
        True
        """
        return tabswarm_version()

    @property
    def startTime(self) -> int:
        """When the context was made, in milliseconds since 1970.

        >>> sc.startTime > 1_700_000_000_000
        True
        """
        return self._started

    @property
    def resources(self) -> dict[str, object]:
        """Empty: a driver asks for no GPUs or the like.

        >>> sc.resources
        {}
        """
        return {}

    @property
    def uiWebUrl(self) -> str | None:
        """The address of the swarm's coordinator; None for `local[N]`, which serves no pages.

        >>> sc.uiWebUrl is None
        True
        """
        return self.master if self.master.startswith(("http://", "https://")) else None

    def sparkUser(self) -> str:
        """Who runs the program.

        >>> isinstance(sc.sparkUser(), str)
        True
        """
        return user_name()

    def getConf(self) -> SparkConf:
        """A copy of the context's settings.

        >>> sc.getConf().get("spark.app.name") == sc.appName
        True
        """
        conf = SparkConf().setAll(list(self._conf.items()))
        conf.set("spark.app.id", self.applicationId).set("spark.app.startTime", self.startTime)
        return conf.setMaster(self.master).setAppName(self.appName)

    def setLogLevel(self, logLevel: str) -> None:
        """How much tabswarm's own loggers say: ALL, DEBUG, INFO, WARN, ERROR, FATAL or OFF.

        >>> sc.setLogLevel("WARN")
        """
        level = _LEVELS.get(str(logLevel).upper())
        if level is None:
            raise ValueError(f"log level {logLevel!r} is none of {', '.join(_LEVELS)}")
        logging.getLogger("tabswarm").setLevel(level)

    @classmethod
    def setSystemProperty(cls, key: str, value: str) -> NoReturn:
        """An error: system properties are a JVM's. Use `SparkConf.set`.

        >>> type(sc).setSystemProperty("spark.executor.memory", "1g")
        Traceback (most recent call last):
        tabswarm.errors.NotApplicable: setSystemProperty sets a property of a JVM, and there is none here: ...
        """
        raise NotApplicable(
            f"setSystemProperty sets a property of a JVM, and there is none here: SparkConf().set({key!r}, {value!r}) "
            "for Spark's settings, os.environ for the driver's own process"
        )

    @classmethod
    def getSystemProperty(cls, key: str) -> NoReturn:
        """An error, as `setSystemProperty`.

        >>> type(sc).getSystemProperty("java.home")
        Traceback (most recent call last):
        tabswarm.errors.NotApplicable: getSystemProperty reads a property of a JVM, and there is none here: ...
        """
        raise NotApplicable(
            f"getSystemProperty reads a property of a JVM, and there is none here: sc.getConf().get({key!r}) "
            "for Spark's settings, os.environ for the driver's own process"
        )

    def show_profiles(self) -> NoReturn:
        """An error: tasks are not profiled.

        >>> sc.show_profiles()
        Traceback (most recent call last):
        tabswarm.errors.NotApplicable: tasks are not profiled: ...
        """
        raise _no_profiles()

    def dump_profiles(self, path: str) -> NoReturn:
        """An error: tasks are not profiled.

        >>> sc.dump_profiles("profiles")
        Traceback (most recent call last):
        tabswarm.errors.NotApplicable: tasks are not profiled: ...
        """
        raise _no_profiles()


def _no_profiles() -> NotApplicable:
    return NotApplicable(
        "tasks are not profiled: run cProfile inside of a mapPartitions function and print its report there, or see "
        "`tabswarm jobs --json` for what ran where"
    )
