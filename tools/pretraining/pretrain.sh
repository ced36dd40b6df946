#!/usr/bin/env bash
# From nothing to data/miniature/clipseg: draws captioned scenes, trains CLIP on them, CLIPSeg on that
# CLIP, then on larger pictures, and the end of CLIP's image tower anew, packs both for `clipseg://` and
# `transformers`, and scores the result on scenes that it has not seen; then trains CATSeg on that CLIP and packs
# it for `catseg://`. Run again, it goes on where it stopped.
# pretrain.sh [KEY=VALUE ...]: settings of every training, as in train_cfg.max_iters=2 to try the chain
# OUT       the folder to make (default: work_dirs/pretraining/clipseg)
# CATSEG    the file to make (default: work_dirs/pretraining/catseg.safetensors)
# SCENES    to learn from (default: 24000)
# HELD_OUT  scenes to score on (default: 300)
set -euo pipefail
# shellcheck source=tools/environment.sh
. "$(dirname "$0")/../environment.sh"

train() { python tools/train.py "$1" --work-dir "$2" --resume ${3+--cfg-options "${@:3}"}; }

WORK=work_dirs/pretraining
OUT=${OUT:-$WORK/clipseg}
CATSEG=${CATSEG:-$WORK/catseg.safetensors}
CLIP=configs/pretraining/clip_part_shapes.py
CLIPSEG=configs/pretraining/clipseg_part_shapes.py
CLIPSEG_LARGE=configs/pretraining/clipseg_large_part_shapes.py
CLIP_END=configs/pretraining/clip_end_part_shapes.py
# glibc gives large buffers back at every step otherwise, and the system fills new ones with zeros
export MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=100000000000 MALLOC_TOP_PAD_=268435456

step "Drawing scenes with captions and phrases"
python tools/pretraining/draw.py --out data/part_shapes_pretrain --number "${SCENES:-24000}"

step "Training CLIP on captions"
if [ ! -e $WORK/clip.pt ]; then
    train $CLIP $WORK/clip "$@"
    python tools/pretraining/extract_clip.py "$(cat $WORK/clip/last_checkpoint)" $WORK/clip.pt
fi

step "Training CLIPSeg on phrases"
if [ ! -e "$OUT" ]; then
    train $CLIPSEG $WORK/clipseg_run "$@"

    step "Training CLIPSeg on larger pictures"
    train $CLIPSEG_LARGE $WORK/clipseg_large load_from="$(cat $WORK/clipseg_run/last_checkpoint)" "$@"
    CLIPSEG_LAST=$(cat $WORK/clipseg_large/last_checkpoint)

    step "Training the end of CLIP's image tower for what the tower has learned"
    python tools/pretraining/extract_clip.py "$(cat $WORK/clip/last_checkpoint)" $WORK/clip_moved.pt \
        --tower "$CLIPSEG_LAST"
    train $CLIP_END $WORK/clip_end "$@"
    python tools/pretraining/extract_clip.py "$(cat $WORK/clip_end/last_checkpoint)" $WORK/clip_end.pt
    python tools/pretraining/pack.py $CLIPSEG_LARGE "$CLIPSEG_LAST" "$OUT" --clip $WORK/clip_end.pt
fi

step "Scoring it with transformers on other scenes"
python tools/pretraining/draw.py --out data/part_shapes_held_out --seed 1 --number "${HELD_OUT:-300}"
python tools/pretraining/evaluate.py "$OUT" data/part_shapes_held_out

step "Training CATSeg on words"
if [ ! -e "$CATSEG" ]; then
    train configs/pretraining/clip_tokens_part_shapes.py $WORK/clip_tokens \
        model.{backbone,decode_head.text_encoder}.init_cfg.checkpoint="clipseg://$OUT" "$@"
    train configs/pretraining/catseg_part_shapes.py $WORK/catseg_run \
        model.backbone.clip.init_cfg.checkpoint="$(cat $WORK/clip_tokens/last_checkpoint)" \
        model.decode_head.text_encoder.init_cfg.checkpoint="clipseg://$OUT" "$@"
    python tools/pretraining/pack_catseg.py "$(cat $WORK/catseg_run/last_checkpoint)" "$CATSEG"
fi
