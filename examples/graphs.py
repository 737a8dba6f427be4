"""A graph that every Python has at hand: which module of the standard library imports which.

`edges(path)` reads a file of lines `from to` instead, where a path is given.
"""

import re
import sysconfig
from pathlib import Path

IMPORT = re.compile(r"^[ \t]*(?:import|from)[ \t]+([A-Za-z]\w*)", re.MULTILINE)


def edges(path: str | None) -> list[tuple[str, str]]:
    """The graph's edges, each once, none from a node to itself."""
    if path is not None:
        pairs = {
            tuple(line.split()[:2]) for line in Path(path).read_text(encoding="utf-8").splitlines() if line.strip()
        }
    else:
        folder = Path(sysconfig.get_paths()["stdlib"])
        files = {file.stem: file for file in folder.glob("[a-z]*.py")}
        pairs = {
            (name, imported)
            for name, file in files.items()
            for imported in IMPORT.findall(file.read_text(encoding="utf-8", errors="replace"))
            if imported in files
        }
    return sorted((a, b) for a, b in pairs if a != b)
