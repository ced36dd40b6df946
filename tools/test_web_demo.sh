#!/usr/bin/env bash
# Tests the web page with gradio, in an environment of its own on top of that of the tests, because
# gradio wants an older Pillow. The page is used in a headless Chromium where one is installed.
# MMPARTSEG_DEMO_VENV: where the environment goes (default: .venv-demo)
set -euo pipefail
# shellcheck source=tools/environment.sh
. "$(dirname "$0")/environment.sh"
DEMO=${MMPARTSEG_DEMO_VENV:-.venv-demo}
PACKAGES=(gradio==6.31.0 playwright==1.65.2)

STAMP="$DEMO/.ready-$(echo "${PACKAGES[@]}" "$VIRTUAL_ENV" | cksum | cut -d' ' -f1)"
if [ ! -e "$STAMP" ]; then
    step "Making the environment $DEMO"
    [ -x "$DEMO/bin/python" ] || python -m venv "$DEMO"
    folder='import sysconfig; print(sysconfig.get_path("purelib"))'
    python -c "$folder" > "$("$DEMO/bin/python" -c "$folder")/environment_of_the_tests.pth"
    "$DEMO/bin/python" -m pip install --disable-pip-version-check --quiet "${PACKAGES[@]}"
    touch "$STAMP"
fi
step "Testing the web page"
GRADIO_ANALYTICS_ENABLED=False "$DEMO/bin/python" -m pytest -rs tests/test_tools/test_web_demo.py "$@"
