#!/usr/bin/env bash
# From nothing to data/miniature/clipseg: draws captioned scenes, trains CLIP on them and CLIPSeg on that
# CLIP, packs both for `clipseg://` and `transformers`, and scores the result on
# scenes that it has not seen. Run again, it goes on where it stopped.
# OUT: the folder to make (default: work_dirs/pretraining/clipseg).
set -euo pipefail
# shellcheck source=tools/environment.sh
. "$(dirname "$0")/../environment.sh"

WORK=work_dirs/pretraining
OUT=${OUT:-$WORK/clipseg}
CLIP=configs/pretraining/clip_part_shapes.py
CLIPSEG=configs/pretraining/clipseg_part_shapes.py

step "Drawing scenes with captions and phrases"
python tools/pretraining/draw.py --out data/part_shapes_pretrain

step "Training CLIP on captions"
if [ ! -e $WORK/clip.pt ]; then
    python tools/train.py $CLIP --work-dir $WORK/clip --resume
    python tools/pretraining/extract_clip.py "$(cat $WORK/clip/last_checkpoint)" $WORK/clip.pt
fi

step "Training CLIPSeg on phrases"
if [ ! -e "$OUT" ]; then
    python tools/train.py $CLIPSEG --work-dir $WORK/clipseg_run --resume
    python tools/pretraining/pack.py $CLIPSEG "$(cat $WORK/clipseg_run/last_checkpoint)" "$OUT"
fi

step "Scoring it with transformers on other scenes"
python tools/pretraining/draw.py --out data/part_shapes_held_out --seed 1 --number 300
python tools/pretraining/evaluate.py "$OUT" data/part_shapes_held_out
