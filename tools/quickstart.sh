#!/usr/bin/env bash
# From a fresh clone to a trained and evaluated part segmentation model, on CPU, within 10 minutes.
# MMPARTSEG_VENV: the virtual environment (default: .venv); SEED: of the training (default: 0).
set -euo pipefail
# shellcheck source=tools/environment.sh
. "$(dirname "$0")/environment.sh"

CONFIG=configs/partclipseg/part_shapes.py
SEED=${SEED:-0}
WORK=work_dirs/quickstart_seed$SEED

step "Drawing the PartShapes data set"
python tools/dataset_converters/part_shapes.py --out data/part_shapes --seed 0

LAST=$WORK/finished.pth
if [ -e "$LAST" ]; then
    step "Training was finished before: $LAST"
else
    step "Training a small PartCLIPSeg from scratch"
    python tools/train.py $CONFIG --work-dir "$WORK" --resume \
        --cfg-options randomness.seed="$SEED"
    cp "$(cat "$WORK/last_checkpoint")" "$LAST.tmp" && mv "$LAST.tmp" "$LAST"
fi

step "Evaluating"
python tools/test.py $CONFIG "$LAST" --work-dir "$WORK/test"

step "Drawing predictions"
python tools/analysis/picture.py $CONFIG "$LAST" --out "$WORK/picture.png" --images 3 7 8 9

step "Result"
python tools/analysis/summary.py "$WORK/test"
echo "Picture: $PWD/$WORK/picture.png"
