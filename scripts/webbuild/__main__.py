"""python -m webbuild [npm ARGUMENT ... | clean]: build the pages, or run npm in web/ after npm ci."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from webbuild.everything import build, clean
from webbuild.node import environment_with_node, npm_command
from webbuild.pages import install_packages

root = Path(__file__).resolve().parents[2]
match sys.argv[1:]:
    case []:
        build(root)
    case ["clean"]:
        clean(root)
    case ["npm", *arguments]:
        install_packages(root / "web")
        done = subprocess.run([*npm_command(), "--silent", *arguments], cwd=root / "web", env=environment_with_node())
        sys.exit(done.returncode)
    case unknown:
        sys.exit(f"webbuild: unknown {unknown}\n{__doc__}")
