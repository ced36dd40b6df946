#!/usr/bin/env bash
# Builds sdist and wheel into dist/, checks their metadata, and tries each in a fresh environment and an empty folder:
# draw data, train, test and predict with nothing of this checkout.
# PYTHON              the interpreter (default: python3)
# MMPARTSEG_TRY_DIR   where the environments go (default: a temporary folder, removed at the end)
set -euo pipefail
cd "$(dirname "$0")/.."
step() { printf '\n\033[1m==> %s\033[0m (%s)\n' "$*" "$(date +%H:%M:%S)"; }
unset PYTHONPATH PYTHONHOME
PYTHON=${PYTHON:-python3}
if [ -z "${MMPARTSEG_TRY_DIR:-}" ]; then
    MMPARTSEG_TRY_DIR=$(mktemp -d)
    trap 'rm -rf "$MMPARTSEG_TRY_DIR"' EXIT
fi
DIR=$(realpath -m "$MMPARTSEG_TRY_DIR")
REQUIREMENTS=$PWD/requirements.txt SOURCE=$PWD
pip() { "$1/bin/python" -m pip --disable-pip-version-check --quiet "${@:2}"; }

step "Building"
"$PYTHON" -m venv "$DIR/build"
pip "$DIR/build" install build==1.6.1 twine==7.0.0
rm -rf dist build
"$DIR/build/bin/python" -m build --outdir dist . > "$DIR/build.log" 2>&1 || { cat "$DIR/build.log" && exit 1; }
"$DIR/build/bin/twine" check --strict dist/*

try() { # NAME : in an empty folder
    local work=$DIR/work_$1 python=$DIR/fresh/bin/python command=$DIR/fresh/bin/mmpartseg mim
    rm -rf "$work" && mkdir -p "$work" && cd "$work"
    mim=$("$python" -c 'import pathlib, mmpartseg; print(pathlib.Path(mmpartseg.__file__).parent / ".mim")' | tail -n 1)
    case $mim in "$DIR"/*) ;; *) echo "mmpartseg was imported from $mim" >&2 && exit 1 ;; esac
    local few=(train_cfg.max_iters=2 train_cfg.val_interval=2 effective_batch_size=2
               default_hooks.checkpoint.interval=2)
    "$command" convert part_shapes --out data/part_shapes --num-train 8 --num-val 4 \
        --num-test 4 --workers 1 > /dev/null
    "$command" train part_shapes --work-dir run --cfg-options "${few[@]}" > train.log 2>&1 \
        || { tail -n 40 train.log && exit 1; }
    "$command" check part_shapes > check.log
    "$command" test part_shapes run/iter_2.pth --work-dir test > test.log 2>&1 \
        || { tail -n 40 test.log && exit 1; }
    "$command" predict data/part_shapes/images/test --config part_shapes --checkpoint run/iter_2.pth \
        --parts "cat: head, ear" --out predicted > predict.log 2>&1 || { tail -n 40 predict.log && exit 1; }
    grep -q 'pred_all/harmonic' test.log
    [ "$(find predicted -name '*_overlay.png' | wc -l)" -eq 4 ]
    cd "$SOURCE"
}

step "Trying the sdist in a fresh environment"
"$PYTHON" -m venv "$DIR/fresh"
pip "$DIR/fresh" install "$(ls dist/mmpartseg-*.tar.gz)[lite]" --constraint "$REQUIREMENTS"
try sdist
step "Trying the wheel"
pip "$DIR/fresh" uninstall --yes mmpartseg
pip "$DIR/fresh" install --no-deps dist/mmpartseg-*.whl
try wheel
pip "$DIR/fresh" check
step "Both train, test and predict"
