# shellcheck shell=bash
# Sourced by quickstart.sh and run_tests.sh: makes the virtual environment once and activates it.
# MMPARTSEG_VENV    where it goes (default: .venv in the checkout)
# PYTHON            the interpreter to make it with (default: python3)

step() { printf '\n\033[1m==> %s\033[0m (%s)\n' "$*" "$(date +%H:%M:%S)"; }

# ends where a disk has less room than the installation takes: the environment, what pip downloads, what it keeps
check_disks() {
    local folder free disk kept; local -A needed=() folders=() frees=()
    add() { # FOLDER GB; a folder that is not there yet will be on the disk of the one above
        folder=$1
        while [ ! -e "$folder" ]; do folder=$(dirname "$folder"); done
        # without an answer of df nothing is known
        read -r disk free < <(df -Pk "$folder" | awk 'END {if ($4 ~ /^[0-9]+$/) print $1, int($4 / 1000000)}') || return 0
        needed[$disk]=$((${needed[$disk]:-0} + $2)) frees[$disk]=$free
        folders[$disk]="${folders[$disk]:+${folders[$disk]}, }$1 ($2)"
    }
    add "$VENV" 6  # torch from PyPI brings CUDA's libraries along
    add "${TMPDIR:-/tmp}" 3
    kept=${PIP_CACHE_DIR:-${XDG_CACHE_HOME:-${HOME:-$VENV}/.cache}/pip}
    [ -n "${PIP_NO_CACHE_DIR:-}" ] || [ -e "$kept/http-v2" ] || add "$kept" 3
    for disk in "${!needed[@]}"; do
        [ "${frees[$disk]}" -ge "${needed[$disk]}" ] && continue
        echo "The installation takes about ${needed[$disk]} GB where ${frees[$disk]} GB are free: ${folders[$disk]}." \
             "Make room, or set MMPARTSEG_VENV (environment), TMPDIR (downloads) or PIP_CACHE_DIR (what pip keeps;" \
             "PIP_NO_CACHE_DIR=1: nothing) to a folder on another disk" >&2
        exit 1
    done
}

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
    mkdir -p "$VENV"
    # where torch is, what may be missing is small
    compgen -G "$VENV/lib/python*/site-packages/torch/version.py" > /dev/null || check_disks
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
