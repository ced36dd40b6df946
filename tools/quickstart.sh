#!/usr/bin/env bash
# From a fresh clone to a part segmentation model that finds objects whose parts it has never seen, on
# CPU, within 8 minutes: first a picture with the shipped model, then the fine-tuning that made it.
# MMPARTSEG_VENV: the virtual environment (default: .venv); SEED: of the training (default: 0).
set -euo pipefail
# shellcheck source=tools/environment.sh
. "$(dirname "$0")/environment.sh"

CONFIG=configs/partclipseg/part_shapes.py
SEED=${SEED:-0}
WORK=work_dirs/quickstart_seed$SEED
IMAGES="134 187 29 194"

step "Drawing the PartShapes data set"
python tools/dataset_converters/part_shapes.py --out data/part_shapes --seed 0 > /dev/null

step "Drawing predictions of the shipped model"
python tools/analysis/picture.py $CONFIG data/miniature/partclipseg.safetensors \
    --out work_dirs/shipped.png --images $IMAGES

LAST=$WORK/finished.pth
if [ -e "$LAST" ]; then
    step "Training was finished before: $LAST"
else
    step "Fine-tuning the pre-trained CLIPSeg on the parts of seen objects"
    python tools/train.py $CONFIG --work-dir "$WORK" --resume \
        --cfg-options randomness.seed="$SEED"
    cp "$(cat "$WORK/last_checkpoint")" "$LAST.tmp" && mv "$LAST.tmp" "$LAST"
fi

step "Evaluating it on the test set"
python tools/test.py $CONFIG "$LAST" --work-dir "$WORK/test"

step "Drawing its predictions"
python tools/analysis/picture.py $CONFIG "$LAST" --out "$WORK/picture.png" --images $IMAGES

step "Result"
python tools/analysis/summary.py "$WORK/test"
echo "Pictures: $PWD/work_dirs/shipped.png and $PWD/$WORK/picture.png"
