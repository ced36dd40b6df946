#!/usr/bin/env bash
# Sets up the environment and runs the test suite: tools/run_tests.sh [arguments of pytest]
set -euo pipefail
# shellcheck source=tools/environment.sh
. "$(dirname "$0")/environment.sh"
step "Running the tests"
exec python -m pytest "$@"
