#!/usr/bin/env bash
# modules.sh [first]: prints the files of the modules in the list beside this file, with what each
# needs, in the order in which they can be loaded; with "first", only those of the first root.
set -euo pipefail
here=$(dirname "$0") cache=${MENSHEN_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/menshen}
kernel=$cache/image/kernel
ln -sfn usr/lib "$kernel/lib"
release=$(ls "$kernel/lib/modules")
[ -e "$kernel/lib/modules/$release/modules.dep" ] || /sbin/depmod -b "$kernel" "$release"
sed "${1:+/^----/,\$d;}s/#.*//; /^----/d; /^$/d" "$here/modules" | while read -r module; do
  /sbin/modprobe -S "$release" -d "$kernel" --show-depends "$module" ||
    { echo "no module $module in $release" >&2; exit 1; }
done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }'
