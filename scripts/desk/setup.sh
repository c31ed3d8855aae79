#!/usr/bin/env bash
# setup.sh [pictures]: what the tests of the desk page need: Chromium, node, and the npm packages of
# package-lock.json, in the folder node_modules here. Nothing of it is in the product. Where they
# cannot be installed it says so and succeeds: the tests are then left out. With "pictures" it also
# installs what turns printed pages into pictures, and a Chinese font.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/say.sh

# left_out WHAT REMEDY
left_out() { printf '  skip  %s: the desk page is not tested in a browser\n        %s\n' "$1" "$2"; exit 0; }

if ! command -v chromium chromium-browser google-chrome >/dev/null; then
  apt_install chromium || left_out "no Chromium" "to install it: apt-get install chromium"
fi
if ! command -v npm >/dev/null; then
  apt_install npm || left_out "no npm" "to install it: apt-get install npm"
fi
if [ "${1:-}" = pictures ]; then
  command -v pdftoppm >/dev/null || apt_install poppler-utils || fail "no pdftoppm" "apt-get install poppler-utils"
  fc-list :lang=zh | grep -q . || apt_install fonts-noto-cjk || fail "no Chinese font" "apt-get install fonts-noto-cjk"
fi

cd scripts/desk
if ! cmp -s package-lock.json node_modules/.of; then
  doing "loading npm packages"
  npm ci --silent >"$tmp/npm" 2>&1 || { tail -3 "$tmp/npm" >&2
    left_out "no npm packages" "with a network, try again; without one, copy scripts/desk/node_modules"; }
  cp package-lock.json node_modules/.of
fi
ok "Chromium, node and npm packages"
