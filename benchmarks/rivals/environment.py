"""An environment of the benchmark's own: a folder with PySpark and a Java, made once, beside the project's."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

FOLDER = Path(__file__).parents[2] / ".venv-pyspark"
REQUIREMENT = "pyspark>=4,<5"
JAVA = "default-jre-headless"
"""Debian's package of a Java that Spark 4 runs on (17 or later). Runtimes from PyPI lack modules that it asks for."""


def pyspark_environment() -> tuple[Path, dict[str, str]]:
    """The interpreter that has PySpark, and the variables to run it with; makes both where they are missing.

    PySpark downloads some 450 MB, once.
    """
    python = FOLDER / "bin" / "python"
    if not (FOLDER / ".ready").exists():
        print(f"making {FOLDER.name} with PySpark for comparison (about 450 MB, once) ...", flush=True)
        shutil.rmtree(FOLDER, ignore_errors=True)
        venv.create(FOLDER, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", REQUIREMENT], check=True)
        (FOLDER / ".ready").touch()
    _install_java()
    # The workers' Python is the driver's: PySpark would take whatever `python3` is on the path.
    environment = {**os.environ, "PYSPARK_PYTHON": str(python), "SPARK_LOCAL_IP": "127.0.0.1"}
    environment.pop("PYTHONPATH", None)
    return python, environment


def _install_java() -> None:
    """Install a Java from Debian where there is none."""
    if "JAVA_HOME" in os.environ or shutil.which("java"):
        return
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        sys.exit(f"PySpark needs Java 17 or later; install one (on Debian: apt-get install {JAVA}) or set JAVA_HOME")
    subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", JAVA], check=True)
