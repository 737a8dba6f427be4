#!/bin/sh
# Prints the Pythons of this machine that tabswarm can run on, the lowest version first, one for each minor version:
#   3.11 /usr/bin/python3.11
# Each is found by running it: a name proves nothing (a pyenv shim answers to `python3.12` and then refuses, or is
# another version; a Debian python3 may lack venv). The interpreters that pyenv keeps need not be on the PATH.
probe='import sys, ssl, sqlite3, venv, ensurepip
sys.version_info >= (3, 11) or sys.exit(1)
print("%d.%d %s" % (*sys.version_info[:2], sys.executable))'

# HOME may point elsewhere (a build with a home of its own), so pyenv is looked for in the account's home too.
account_home=$(getent passwd "$(id -u)" 2>/dev/null | cut -d: -f6)

candidates() {
    for minor in 11 12 13 14; do
        command -v "python3.$minor"
        ls -d "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3."$minor".*/bin/python "$account_home"/.pyenv/versions/3."$minor".*/bin/python \
            /usr/local/bin/python3."$minor" /opt/homebrew/bin/python3."$minor" 2>/dev/null
    done
    command -v python3
    command -v python
}

cd / # a file of this folder must not shadow a module of the standard library
candidates | while read -r candidate; do
    "$candidate" -I -c "$probe" 2>/dev/null </dev/null
done | sort -t . -k 2n -s | awk '!seen[$1]++'
