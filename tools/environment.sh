# shellcheck shell=bash
# Sourced by quickstart.sh and run_tests.sh: makes the virtual environment once and activates it.
# MMPARTSEG_VENV    where it goes (default: .venv in the checkout)
# PYTHON            the interpreter to make it with (default: python3)

step() { printf '\n\033[1m==> %s\033[0m (%s)\n' "$*" "$(date +%H:%M:%S)"; }

cd "$(dirname "${BASH_SOURCE[0]}")/.."
VENV=${MMPARTSEG_VENV:-.venv}
PYTHON=${PYTHON:-python3}
unset PYTHONPATH PYTHONHOME

if ! "$PYTHON" -c 'import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 13))'; then
    echo "mmpartseg needs Python 3.10 to 3.13; $PYTHON is $("$PYTHON" --version 2>&1)." \
         "Set PYTHON to another interpreter, e.g. PYTHON=python3.11" >&2
    exit 1
fi
# the stamp is written last: an interrupted installation is taken up again
STAMP=$VENV/.mmpartseg-$(cat requirements.txt setup.cfg | cksum | cut -d' ' -f1)
if [ -e "$STAMP" ] && [ "$(cat "$STAMP")" = "$PWD" ]; then
    step "Environment $VENV is ready"
else
    NEEDED=6  # GB: torch from PyPI brings CUDA's libraries along
    mkdir -p "$VENV"
    FREE=$(($(df -Pk "$VENV" | awk 'END {print $4}') / 1000000))
    if [ ! -x "$VENV/bin/python" ] && [ "$FREE" -lt $NEEDED ]; then
        echo "The environment $VENV takes about $NEEDED GB, and $FREE GB are free there." \
             "Make room, or set MMPARTSEG_VENV to a folder on another disk" >&2
        exit 1
    fi
    step "Making the environment $VENV (downloads torch; minutes)"
    [ -x "$VENV/bin/python" ] || "$PYTHON" -m venv "$VENV"
    pip_install() { "$VENV/bin/python" -m pip install --disable-pip-version-check --no-compile "$@"; }
    pip_install --progress-bar off -r requirements.txt
    pip_install --quiet --no-deps --no-build-isolation --editable .
    printf '%s' "$PWD" > "$STAMP"
fi
# shellcheck disable=SC1091
. "$VENV/bin/activate"
# where a shell forbids Python to keep what it compiles, each start compiles thousands of files, for 4 s
unset PYTHONDONTWRITEBYTECODE
export PYTHONPYCACHEPREFIX=$VIRTUAL_ENV/pycache
