#!/usr/bin/env bash
# Builds the docs site into site/: strictly, so that a broken link or an unknown page ends it. `docs.sh serve` shows it
# on http://127.0.0.1:8000 and follows changes.
# MMPARTSEG_DOCS_VENV: its environment (default: .venv-docs), small, without torch
set -euo pipefail
cd "$(dirname "$0")/.."
step() { printf '\n\033[1m==> %s\033[0m (%s)\n' "$*" "$(date +%H:%M:%S)"; }
DOCS=${MMPARTSEG_DOCS_VENV:-.venv-docs}
PACKAGES=(mkdocs==1.6.1 mkdocs-material==9.8.2 mkdocstrings==1.0.8 mkdocstrings-python==2.0.11)

STAMP="$DOCS/.ready-$(echo "${PACKAGES[@]}" | cksum | cut -d' ' -f1)"
if [ ! -e "$STAMP" ]; then
    step "Making the environment $DOCS"
    [ -x "$DOCS/bin/python" ] || "${PYTHON:-python3}" -m venv "$DOCS"
    "$DOCS/bin/python" -m pip install --disable-pip-version-check --quiet "${PACKAGES[@]}"
    touch "$STAMP"
fi
if [ "${1:-build}" = serve ]; then
    exec "$DOCS/bin/mkdocs" serve
fi
step "Building the site"
NO_MKDOCS_2_WARNING=1 "$DOCS/bin/mkdocs" build --strict 2>&1 | { grep -v "^INFO" || true; }
echo "$PWD/site/index.html"
