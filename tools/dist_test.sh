#!/usr/bin/env bash
# Evaluate on several processes: tools/dist_test.sh CONFIG CHECKPOINT PROCESSES [arguments of test.py]
# Several nodes: NNODES, NODE_RANK and MASTER_ADDR in the environment, on every node; PORT if 29500 is taken.
set -euo pipefail
CONFIG=${1:?config file} CHECKPOINT=${2:?checkpoint} PROCESSES=${3:?number of processes (GPUs) on this node}
if [ "${NNODES:-1}" != 1 ]; then : "${NODE_RANK:?0 on the first node, 1 on the next, ...}" "${MASTER_ADDR:?of the first node}"; fi
exec "${PYTHON:-python}" "$(dirname "$0")/torchrun.py" \
    --nnodes="${NNODES:-1}" --node-rank="${NODE_RANK:-0}" --nproc-per-node="$PROCESSES" \
    --master-addr="${MASTER_ADDR:-127.0.0.1}" --master-port="${PORT:-29500}" \
    "$(dirname "$0")/test.py" "$CONFIG" "$CHECKPOINT" --launcher pytorch "${@:4}"
