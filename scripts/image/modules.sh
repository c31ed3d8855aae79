#!/usr/bin/env bash
# modules.sh [first|lacks]: prints the files of the modules in the list beside this file, with what
# each needs, in the order in which they can be loaded; with "first", only those of the first root;
# with "lacks", the names of those that this kernel has not and may lack.
# KERNEL is a folder with its usr/lib/modules; with PIOS it is Raspberry Pi's, and has its own list.
# SITE=1: also those of modules.site.
set -euo pipefail
here=$(dirname "$0") cache=${MENSHEN_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/menshen}
kernel=${KERNEL:-$cache/image/kernel} what=${1:-all}
ln -sfn usr/lib "$kernel/lib"
release=$(ls "$kernel/lib/modules")
[ -e "$kernel/lib/modules/$release/modules.dep" ] || /sbin/depmod -b "$kernel" "$release"
list=$here/modules${PIOS:+.pios}
{
  sed "$([ "$what" != first ] || echo "/^----/,\$d;")" "$list"
  [ -z "${SITE:-}" ] || [ "$what" = first ] || cat "$here/modules.site"
} | sed 's/#.*//; /^----/d; /^$/d' | while read -r module optional; do
  /sbin/modprobe -S "$release" -d "$kernel" --show-depends "$module" 2>/dev/null || {
    [ "$optional" ] || { echo "no module $module in $release" >&2; exit 1; }
    echo "lacks $module"
  }
done | awk -v want="$([ "$what" = lacks ] && echo lacks || echo insmod)" '$1 == want && !seen[$2]++ { print $2 }'
