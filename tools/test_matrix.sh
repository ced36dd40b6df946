#!/usr/bin/env bash
# Run the test suite on several versions of Python and its dependencies; prints a Markdown table.
#
#   tools/test_matrix.sh [ENVIRONMENT ...] [-- arguments of pytest]
#
# An environment is PYTHON-VERSIONS or PYTHON-VERSIONS-mmcv, for example 3.10-oldest or 3.12-newest-mmcv:
#   PYTHON     3.10, 3.11, 3.12 or 3.13; the interpreter python<PYTHON> is taken from PATH
#   VERSIONS   oldest: the lower ends of the ranges in setup.cfg; newest: what pip takes within them;
#              pinned: requirements.txt; onedl: newest, with the onedl-* distributions of mmcv (without its
#              ops), mmengine, mmsegmentation and mmdetection
#   mmcv       with compiled mmcv instead of mmcv-lite (needs a C++ compiler; built once, minutes)
# MATRIX_DIR   where environments, wheels, logs and results stay for the next run (default: .matrix)
set -euo pipefail
cd "$(dirname "$0")/.."
DIR=$(realpath -m "${MATRIX_DIR:-.matrix}")
ENVIRONMENTS=() PYTEST=()
while [ $# -gt 0 ]; do
    if [ "$1" = -- ]; then shift && PYTEST=("$@") && break; fi
    ENVIRONMENTS+=("$1") && shift
done
[ ${#ENVIRONMENTS[@]} -gt 0 ] || ENVIRONMENTS=(3.10-oldest 3.10-newest 3.12-oldest-mmcv 3.12-newest 3.12-onedl 3.13-newest)
for name in "${ENVIRONMENTS[@]}"; do
    if ! [[ $name =~ ^3\.1[0-3]-(onedl|(oldest|newest|pinned)(-mmcv)?)$ ]]; then
        echo "'$name' is no environment; write PYTHON-VERSIONS[-mmcv], e.g. 3.10-oldest" >&2
        exit 2
    elif ! command -v "python${name%%-*}" > /dev/null; then
        echo "$name needs python${name%%-*}, which is not in PATH" >&2
        exit 2
    fi
done
unset PYTHONPATH PYTHONHOME
mkdir -p "$DIR"

requirements() { # VERSIONS EXTRA... : lines for pip, from setup.cfg
    python3 - "$@" <<'PYTHON'
import configparser
import re
import sys
versions, *extras = sys.argv[1:]
cfg = configparser.ConfigParser()
cfg.read('setup.cfg')
lines = cfg['options']['install_requires'].split('\n')
for extra in extras:
    lines += cfg['options.extras_require'][extra].split('\n')
for line in lines:
    if line.strip() and not line.startswith('#'):
        print(re.sub(r'>=([\d.]+).*', r'==\1', line) if versions == 'oldest' else line)
PYTHON
}

compiled_mmcv() { # PYTHON VENV : its wheel is built once for each version of Python and torch
    local pip=("$2/bin/python" -m pip --disable-pip-version-check) wheels
    wheels=$DIR/wheels/python$1-torch$("$2/bin/python" -c 'import torch; print(torch.__version__)')
    if ! compgen -G "$wheels/mmcv-*.whl" > /dev/null; then
        "${pip[@]}" install --quiet 'setuptools<81' wheel ninja psutil
        MMCV_WITH_OPS=1 "${pip[@]}" wheel --quiet --no-deps --no-build-isolation \
            --wheel-dir "$wheels" 'mmcv==2.1.0'
    fi
    "${pip[@]}" install --quiet --no-deps --force-reinstall "$wheels"/mmcv-*.whl
}

install() { # NAME VENV
    local python=${1%%-*} versions=${1#*-} venv=$2 list=$2/requirements.txt mmcv=mmcv-lite
    case $versions in *-mmcv) mmcv=mmcv versions=${versions%-mmcv} ;; esac
    [ -x "$venv/bin/python" ] || "python$python" -m venv "$venv"
    local pip=("$venv/bin/python" -m pip install --disable-pip-version-check --quiet --no-compile)
    if [ "$versions" = newest ] || [ "$versions" = onedl ]; then pip+=(--upgrade); fi
    if [ "$versions" = pinned ]; then
        cp requirements.txt "$list"
    else
        requirements "$versions" lite tests export data zsseg > "$list"
    fi
    if [ "$versions" = onedl ]; then
        mmcv=onedl-mmcv
        sed -i -E -e '/^mmcv/d' -e 's/^(mmengine|mmsegmentation).*/onedl-\1/' -e 's/^mmdet.*/onedl-mmdetection/' "$list"
    fi
    if [ $mmcv = mmcv ]; then sed -i '/^mmcv-lite/d' "$list"; fi
    "${pip[@]}" -r "$list"
    if [ $mmcv = mmcv ]; then compiled_mmcv "$python" "$venv"; fi
    if [ $mmcv = onedl-mmcv ]; then "${pip[@]}" --no-deps onedl-mmcv; fi # built where no torch is: no ops
    "${pip[@]}" --no-deps --no-build-isolation --editable .
}

row() { # NAME VENV RESULT : the versions that were really there
    "$2/bin/python" - "$1" "$3" <<'PYTHON'
import importlib.metadata
import platform
import sys
def version(*names):
    for name in names:
        try:
            return f'{importlib.metadata.version(name)}{" (lite)" if name.endswith("lite") else ""}'
        except importlib.metadata.PackageNotFoundError:
            pass
    return 'none'
found = [version(*names) for names in (('torch',), ('mmcv', 'mmcv-lite', 'onedl-mmcv'),
                                       ('mmengine', 'onedl-mmengine'),
                                       ('mmsegmentation', 'onedl-mmsegmentation'), ('open_clip_torch',), ('numpy',))]
print('|', ' | '.join([sys.argv[1], platform.python_version(), *found, sys.argv[2]]), '|')
PYTHON
}

failed=0
for name in "${ENVIRONMENTS[@]}"; do
    venv=$DIR/$name log=$DIR/$name.log
    stamp=$venv/.complete-$(cat setup.cfg requirements.txt | cksum | cut -d' ' -f1)
    echo "==> $name ($(date +%H:%M:%S)); log: $log" >&2
    rm -f "$DIR/$name.row"
    if ! { [ -e "$stamp" ] && [ "$(cat "$stamp")" = "$PWD" ]; }; then
        set +e
        (set -e && install "$name" "$venv") > "$log" 2>&1
        installed=$?
        set -e
        if [ $installed -ne 0 ]; then
            echo "| $name | | | | | | | | installation failed |" > "$DIR/$name.row"
            failed=1 && continue
        fi
        printf '%s' "$PWD" > "$stamp"
    fi
    "$venv/bin/python" -m pytest ${PYTEST[@]+"${PYTEST[@]}"} > "$log" 2>&1 || failed=1
    result=$(tail -n 1 "$log" | grep -E '[0-9]+ (passed|failed|error|test)' | tr -d '=') || result='no test ran'
    row "$name" "$venv" "$result" > "$DIR/$name.row"
done

echo "Run on $(date +%Y-%m-%d)${PYTEST[*]+ with pytest ${PYTEST[*]}}:"
echo
echo '| environment | Python | torch | mmcv | mmengine | mmseg | open_clip | numpy | result |'
echo '|---|---|---|---|---|---|---|---|---|'
for name in "${ENVIRONMENTS[@]}"; do cat "$DIR/$name.row"; done
exit $failed
