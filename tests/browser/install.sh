#!/usr/bin/env bash
# Make sure there is a Chromium for the browser tests: one that is installed, else the system's package as root, else the
# test tool's own download. $1 is the Python of the environment.
set -eu
for name in chromium chromium-browser google-chrome; do
  if command -v "$name" >/dev/null 2>&1; then exit 0; fi
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "installing chromium and a Chinese font"
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-noto-cjk >/dev/null && exit 0
fi
"$1" -m playwright install chromium
