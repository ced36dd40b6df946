#!/usr/bin/env bash
# Tests the web page with gradio, in an environment of its own on top of that of the tests, because
# gradio wants an older Pillow. The page is used in a headless Chromium: that of Debian is installed in CI, and
# elsewhere where INSTALL_CHROMIUM=1 says so; without one these tests are skipped, which is said.
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
if ! command -v chromium > /dev/null; then
    how="apt-get install chromium, or INSTALL_CHROMIUM=1 as root on Debian"
    if [ "${CI:-}" != true ] && [ "${INSTALL_CHROMIUM:-}" != 1 ]; then
        step "No Chromium, so the page is not tried in a browser ($how)"
    elif [ "$(id -u)" != 0 ] || ! command -v apt-get > /dev/null; then
        step "No Chromium, and none can be installed here: the page is not tried in a browser ($how)"
    else
        step "Installing Debian's Chromium"
        # (apt-get update may fail for a list that Chromium is not in)
        (apt-get -qq update || true; DEBIAN_FRONTEND=noninteractive apt-get -qq install --no-install-recommends \
            -y chromium fonts-dejavu-core > /dev/null) ||
            step "Chromium could not be installed: the page is not tried in a browser"
    fi
fi
step "Testing the web page"
GRADIO_ANALYTICS_ENABLED=False "$DEMO/bin/python" -m pytest -rs tests/test_tools/test_web_demo*.py "$@"
