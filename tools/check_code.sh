#!/usr/bin/env bash
# Linter, types of the package, and the files of the model zoo, in the environment of the tests.
set -euo pipefail
# shellcheck source=tools/environment.sh
. "$(dirname "$0")/environment.sh"
step "Linting"
ruff check .
step "Checking types"
mypy
step "Comparing the model zoo with what it is made from"
python tools/analysis/zoo.py --check
