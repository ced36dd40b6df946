#!/usr/bin/env bash
# Train under Slurm: GPUS=8 GPUS_PER_NODE=8 tools/slurm_train.sh PARTITION JOB_NAME CONFIG [arguments of train.py]
set -euo pipefail
PARTITION=${1:?partition} JOB_NAME=${2:?job name} CONFIG=${3:?config file}
GPUS=${GPUS:-8} CPUS_PER_TASK=${CPUS_PER_TASK:-5}
GPUS_PER_NODE=${GPUS_PER_NODE:-$((GPUS < 8 ? GPUS : 8))}
# shellcheck disable=SC2086  # SRUN_ARGS is a list of words
exec srun --quit-on-interrupt -p "$PARTITION" --job-name="$JOB_NAME" --gres=gpu:"$GPUS_PER_NODE" --ntasks="$GPUS" \
    --ntasks-per-node="$GPUS_PER_NODE" --cpus-per-task="$CPUS_PER_TASK" --kill-on-bad-exit=1 \
    ${SRUN_ARGS:-} "${PYTHON:-python}" -u "$(dirname "$0")/train.py" "$CONFIG" --launcher slurm "${@:4}"
