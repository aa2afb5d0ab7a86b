#!/bin/sh
# The browser tests need a chromium and a font that can write Chinese. Root gets both from Debian; anybody else is told.
set -eu

missing=""
[ -x /usr/bin/chromium ] || missing="chromium"
fc-list :lang=zh-cn 2>/dev/null | grep -q . || missing="$missing fonts-noto-cjk"
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing for the browser tests: $missing"
    export DEBIAN_FRONTEND=noninteractive
    wait_for_lock="-o DPkg::Lock::Timeout=300"
    # shellcheck disable=SC2086 # both hold several words
    { apt-get $wait_for_lock update -qq && apt-get $wait_for_lock install -y -qq --no-install-recommends $missing fontconfig; } >/dev/null
    exit 0
fi

echo "The browser tests need: $missing"
echo "  sudo apt-get update && sudo apt-get install --no-install-recommends $missing fontconfig"
if [ "${CI:-}" = true ]; then
    echo "CI does not go on without them."
    exit 1
fi
echo "Without them the browser tests are skipped, and the closing line says how many."
