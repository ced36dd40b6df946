#!/usr/bin/env bash
# Sets up the environment and runs the test suite: tools/run_tests.sh [arguments of pytest]
set -euo pipefail
# shellcheck source=tools/environment.sh
. "$(dirname "$0")/environment.sh"
step "Running the tests"
# side by side, each in one thread; who is done takes tests of the others, from the end of what they have left,
# so that most files stay together, whose tests share what they build
exec python -m pytest --numprocesses "${MMPARTSEG_TEST_PROCESSES:-auto}" --dist worksteal "$@"
