#!/bin/sh
# Makes the virtual environment DIR with the Python given and installs in it what pip is told: PYTHON DIR WHAT…
set -eu
python=$1
dir=$2
shift 2

if ! "$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))'; then
    echo "setup: $python is $("$python" --version 2>&1); the station needs Python 3.11, 3.12 or 3.13. Name one: make PYTHON=python3.11" >&2
    exit 1
fi
if ! "$python" -c 'import venv, ensurepip' 2>/dev/null; then
    echo "setup: $python cannot make a virtual environment. Install it with: sudo apt install python3-venv" >&2
    exit 1
fi

echo "setup: installing Python packages into $dir (once, a few minutes on a Pi)"
"$python" -m venv "$dir"
# An environment kept from an older checkout is brought up to date, not trusted.
"$dir/bin/python" -m pip install --quiet --disable-pip-version-check --upgrade "$@"
