#!/usr/bin/env bash
# Train on several processes: tools/dist_train.sh CONFIG PROCESSES [arguments of train.py]
# Several nodes: NNODES, NODE_RANK and MASTER_ADDR in the environment, on every node; PORT if 29500 is taken.
set -euo pipefail
CONFIG=${1:?config file} PROCESSES=${2:?number of processes (GPUs) on this node}
if [ "${NNODES:-1}" != 1 ]; then : "${NODE_RANK:?0 on the first node, 1 on the next, ...}" "${MASTER_ADDR:?of the first node}"; fi
exec "${PYTHON:-python}" "$(dirname "$0")/torchrun.py" \
    --nnodes="${NNODES:-1}" --node-rank="${NODE_RANK:-0}" --nproc-per-node="$PROCESSES" \
    --master-addr="${MASTER_ADDR:-127.0.0.1}" --master-port="${PORT:-29500}" \
    "$(dirname "$0")/train.py" "$CONFIG" --launcher pytorch "${@:3}"
