#!/bin/bash
# make_venv.sh FOLDER GROUP [PYTHON]: a virtual environment with tabswarm (editable) and a dependency group of pyproject.toml,
# on the given Python or else on the lowest that is found. A folder that holds a working environment is brought up to date.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$1 group=$2 python=${3:-}

if ! "$folder/bin/python" -c 'import pip' 2>/dev/null; then
    [ -n "$python" ] || read -r _ python < <(scripts/find_python.sh) || {
        echo "tabswarm needs Python 3.11 or newer with venv, ssl and sqlite3, and found none that runs (on Debian: apt-get install python3-venv)." >&2
        exit 1
    }
    echo "Setting up $folder with $python" >&2
    rm -rf "$folder"
    "$python" -m venv "$folder"
fi

pip=("$folder/bin/python" -m pip --disable-pip-version-check --quiet)
"${pip[@]}" install --upgrade 'pip>=25.1'
"${pip[@]}" install --group "$group"
# The build requirements are in the group, so nothing has to be installed a second time in an isolated environment.
"${pip[@]}" install --no-build-isolation --editable .
