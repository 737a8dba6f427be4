#!/bin/bash
# unit_on_other_pythons.sh MAIN_PYTHON WORKERS: the unit suite on every other Python of this machine, each in an
# environment of its own (.venv-3.12, ...). What runs in Pyodide is the same whoever starts it, so it is not started again;
# nor are the simulator's two thousand seeds and seeded bugs, for a sample of seeds shows that traces are equal everywhere.
set -euo pipefail
cd "$(dirname "$0")/.."
main=$("$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
while read -r version python <&3; do
    [ "$version" != "$main" ] || continue
    folder=.venv-$version
    if [ ! -e "$folder/.ready" ] || [ pyproject.toml -nt "$folder/.ready" ]; then
        scripts/make_venv.sh "$folder" other-python "$python"
        touch "$folder/.ready"
    fi
    echo "== the unit suite on Python $version"
    "$folder/bin/python" -m pytest -q -n "$2" tests --ignore=tests/end_to_end --ignore=tests/house --ignore=tests/pyodide \
        --ignore=tests/simulation/test_seeds.py --ignore=tests/simulation/test_mutations.py
done 3< <(scripts/find_python.sh)
