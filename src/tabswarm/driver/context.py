"""`Context`: where a program meets a swarm. Also known as `SparkContext`.

It finds out what the master means, starts or joins the swarm, and adds what needs the driver's own disk. What swarms
are made of loads only now: `import tabswarm` alone needs none of it.
"""

from __future__ import annotations

import atexit
import importlib
import os
import sys
import threading
import weakref
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, ClassVar

from tabswarm.conf import bytes_of
from tabswarm.driver.background import Background
from tabswarm.driver.brief_errors import install_brief_errors
from tabswarm.driver.checkpoints import Checkpoints
from tabswarm.driver.context_manners import ContextManners
from tabswarm.driver.files_for_tasks import FilesForTasks
from tabswarm.driver.reading import Reading
from tabswarm.driver.swarm_view import SwarmView
from tabswarm.errors import BadLink, ContextInTask
from tabswarm.rdd.engine import Engine
from tabswarm.rdd.engine_context import MAX_RESULT_SIZE

if TYPE_CHECKING:
    from tabswarm.driver.attached import AttachedApplication

_NATIVE_PROCESS = "tabswarm.worker.native.process"
_ENVIRONMENT = "spark.executorEnv."
_TAB_WORKER = "tabswarm.worker.pyodide.tasks"
"""What runs tasks: the main module of a native worker process, and what a tab's Worker has loaded."""


class Context(Reading, Checkpoints, Background, FilesForTasks, ContextManners, SwarmView):
    """A connection to a swarm, on which RDDs are made.

    `master` is `"local"`, `"local[2]"`, `"local[*]"` (a swarm of this machine's own) or a swarm's driver link;
    without one `conf`'s `spark.master` counts, then the environment's `TABSWARM_MASTER`, else `local[*]`. `conf` is a
    `SparkConf` or any mapping. `sparkHome`, `batchSize` and `serializer` are taken for PySpark's sake and change
    nothing; `pyFiles` are given to `addPyFile`, `environment` are variables for tasks. Several contexts may run at
    once.

    An action whose answer is larger than `maxResultSize` unpacked bytes ends with `ResultTooLarge`. `progress` shows
    a progress bar; by default in a terminal only. A task that runs longer than `taskTimeout` seconds is ended and tried
    elsewhere; the fourth time the action ends with `TaskTimeout`.

    What volunteers send is read as data: of an instance of a class of yours only the class and the attributes travel,
    and none of its methods run. A class that `trust` names runs its own `__reduce__`, `__setstate__` and `__init__` on
    what volunteers send, here and on the volunteers: name classes that need it (state outside of Python, `__del__`,
    installed classes), and only with volunteers whose bytes you would run.

    >>> with Context("local[2]", "example") as context:
    ...     context.parallelize([1, 2, 3]).map(lambda x: x * x).collect()
    [1, 4, 9]
    """

    def __init__(
        self,
        master: str | None = None,
        appName: str | None = None,
        sparkHome: str | None = None,
        pyFiles: Sequence[str] | None = None,
        environment: Mapping[str, object] | None = None,
        batchSize: int = 0,
        serializer: object = None,
        conf: Mapping[str, str] | None = None,
        *,
        maxResultSize: int | None = None,
        progress: bool | None = None,
        taskTimeout: int = 0,
        trust: Sequence[type] = (),
    ) -> None:
        if _runs_tasks():
            raise ContextInTask(
                "a Context cannot be made inside a task: only the driver program has one. Is `Context(...)` at the top "
                "of a module that your functions import? Put it under `if __name__ == '__main__':`"
            )
        install_brief_errors()
        conf = dict(conf or {})
        appName = appName or conf.get("spark.app.name")
        if maxResultSize is None:
            maxResultSize = bytes_of(conf.get("spark.driver.maxResultSize", str(MAX_RESULT_SIZE))) or 1 << 62
        failures = int(conf.get("spark.task.maxFailures", "0"))
        master, engine, asked = _start(master or conf.get("spark.master"), appName, maxResultSize, progress)
        super().__init__(
            engine,
            appName=appName,
            master=master,
            conf=conf,
            max_result_size=maxResultSize,
            task_timeout=taskTimeout,
            trust=trust,
            max_failures=asked or failures,
        )
        self.sparkHome = sparkHome or conf.get("spark.home")
        self.environment = {name: str(value) for name, value in (environment or {}).items()}
        told = {key.removeprefix(_ENVIRONMENT): value for key, value in conf.items() if key.startswith(_ENVIRONMENT)}
        self._give_all(pyFiles or (), told | self.environment)
        Context._active = weakref.ref(self)
        _stop_at_exit(engine)

    @classmethod
    def getOrCreate(cls, conf: Mapping[str, str] | None = None) -> Context:
        """The context that was made last and still runs, or a new one with these settings.

        >>> Context.getOrCreate() is Context.getOrCreate()
        True
        """
        active = Context._active() if Context._active is not None else None
        return active if active is not None and active._stopped is None else cls(conf=conf)

    _active: ClassVar[weakref.ref[Context] | None] = None

    @staticmethod
    def attach(
        application: str,
        master: str | None = None,
        *,
        maxResultSize: int = MAX_RESULT_SIZE,
        progress: bool | None = None,
    ) -> AttachedApplication:
        """An application that another program runs, or ran, on a swarm: its jobs, and what its actions returned.

        `application` is the id that `tabswarm run --detach` printed (`applicationId` in the program); `master` the
        swarm's driver link, else the environment's `TABSWARM_MASTER`. The program may live on, have left or have been
        killed: its running jobs go on, and results stay for a day.

            with Context.attach("a1b2c3d4", "https://swarm.example/console#...") as application:
                print([job.state for job in application.jobs()])
                print(application.result())

        >>> Context.attach("a1b2c3d4", "local[2]")
        Traceback (most recent call last):
        tabswarm.errors.BadLink: a local swarm ends with its program; attach takes the driver link of a swarm
        """
        from tabswarm.driver.attached import attach_application
        from tabswarm.driver.master import Local, check_master, chosen_master

        link = check_master(chosen_master(master))
        if isinstance(link, Local):
            raise BadLink("a local swarm ends with its program; attach takes the driver link of a swarm")
        install_brief_errors()
        return attach_application(link, application, max_result_size=maxResultSize, progress=progress)

    def stop(self) -> None:
        """End the application: cancel its jobs, drop its blocks; a local swarm ends with it. May be called again.

        >>> other = Context("local[2]")
        >>> other.stop()
        >>> other.range(3)
        Traceback (most recent call last):
        RuntimeError: this context was stopped ...
        """
        super().stop()
        _RUNNING.discard(self._engine)


SparkContext = Context
"""PySpark's name for it."""


def _start(master: str | None, appName: str | None, limit: int, progress: bool | None) -> tuple[str, Engine, int]:
    """The master as it is shown (never with a token), the swarm's engine, and how often a task may fail (0: unsaid)."""
    from tabswarm.driver.master import Local, check_master, chosen_master

    text = chosen_master(master)
    meant = check_master(text)
    name = appName or _script()
    if isinstance(meant, Local):
        from tabswarm.driver.local import start_local

        local = start_local(meant.slots, name=name, max_result_size=limit, progress=progress)
        return text.strip(), local, meant.max_failures
    from tabswarm.driver.remote import join_swarm

    return meant.origin, join_swarm(meant, name=name, max_result_size=limit, progress=progress), 0


def _runs_tasks() -> bool:
    """Whether this very process is a worker."""
    main = getattr(sys.modules.get("__main__"), "__spec__", None)
    in_tab = sys.platform == "emscripten" and _TAB_WORKER in sys.modules
    return in_tab or (main is not None and main.name == _NATIVE_PROCESS)


def _script() -> str:
    return os.path.basename(sys.argv[0]) if sys.argv and sys.argv[0] else "python"


_RUNNING: set[Engine] = set()
"""The engines that the end of the program has to stop, also those whose context nobody holds any more."""


def _stop_at_exit(engine: Engine) -> None:
    _watch_for_exit()
    _RUNNING.add(engine)


@cache
def _watch_for_exit() -> None:
    # Before the interpreter forbids new work in threads, which ending a local swarm needs; `atexit` comes later. What
    # registers last is called first, and with `concurrent.futures` the end of all work in threads registers itself.
    importlib.import_module("concurrent.futures.thread")
    getattr(threading, "_register_atexit", atexit.register)(_stop_all)


def _stop_all() -> None:
    while _RUNNING:
        _RUNNING.pop().stop()
