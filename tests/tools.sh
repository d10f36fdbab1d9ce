#!/bin/sh
# Sees to it that what the tests need beside Python is there (browser, gettext): installs Debian's
# packages where that may be done without asking, else says how. CI may go without nothing.
has_browser() {
    [ -n "$CHROMIUM_PATH" ] && return
    command -v chromium || command -v chromium-browser || command -v google-chrome ||
        ls "$HOME"/.cache/ms-playwright/chromium-*
}

missing=""
for tool in "$@"; do
    case $tool in
        browser) has_browser >/dev/null 2>&1 || missing="$missing chromium fonts-noto-cjk" ;;
        gettext) command -v msgfmt >/dev/null || missing="$missing gettext" ;;
    esac
done
[ -z "$missing" ] && exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing$missing"
    apt-get update -qq &&
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing \
            >/dev/null && exit 0
fi
echo "Some tests will be skipped; install what they need with: sudo apt-get install$missing"
[ -z "$REQUIRE_BROWSER" ]
