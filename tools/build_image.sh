#!/usr/bin/env bash
# Builds the image of the Dockerfile and predicts in it; where no daemon answers, says that it was not built.
# DOCKER: the command (default: docker), e.g. podman
set -euo pipefail
cd "$(dirname "$0")/.."
DOCKER=${DOCKER:-docker}
if ! "$DOCKER" info > /dev/null 2>&1; then
    echo "The image was not built: '$DOCKER info' fails here (no such command, or no daemon that answers)"
    exit 0
fi
"$DOCKER" build --tag mmpartseg .
# as a user without rights, and without a network
# shellcheck disable=SC2016  # expanded in there
"$DOCKER" run --rm --network none mmpartseg bash -ec '
    test "$(id -u)" != 0
    mmpartseg predict data/sample_pascal_part/images/val/camera.jpg --parts "cat: head, ear" --out work_dirs/predicted'
