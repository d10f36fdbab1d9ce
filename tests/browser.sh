#!/bin/sh
# Sees to it that the browser tests find a browser and Chinese fonts: installs Debian's where this
# may be done without asking, else says how.
[ -n "$CHROMIUM_PATH" ] && exit 0
for name in chromium chromium-browser google-chrome; do
    command -v "$name" >/dev/null && exit 0
done
ls "$HOME"/.cache/ms-playwright/chromium-* >/dev/null 2>&1 && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing chromium and Chinese fonts for the browser tests"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        chromium fonts-noto-cjk >/dev/null && exit 0
fi
echo "No browser for the browser tests; install one with: sudo apt-get install chromium fonts-noto-cjk"
[ -z "$REQUIRE_BROWSER" ]
