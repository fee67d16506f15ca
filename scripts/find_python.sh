#!/bin/sh
# Prints the first Python that TerraDesk runs on and that can make a venv.
set -u
for name in ${PYTHON:-} python3.13 python3.12 python3.11 python3 python; do
    if "$name" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 15))' \
        >/dev/null 2>&1; then
        echo "$name"
        exit 0
    fi
done
echo "TerraDesk needs Python 3.11, 3.12 or 3.13 with the venv module." >&2
if command -v apt-get >/dev/null 2>&1; then
    echo "Please run:  sudo apt-get install python3 python3-venv" >&2
else
    echo "Install it from https://www.python.org/downloads/ or name it: make run PYTHON=/path/to/python" >&2
fi
exit 1
