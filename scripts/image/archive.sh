#!/usr/bin/env bash
# archive.sh FILE: makes what the test adds to the virtual board (try/, and the kernel's modules for
# simulated lines, the watchdog, a camera and a TPM), to stand behind a card's first root.
set -euo pipefail
cd "$(dirname "$0")"
. ../say.sh
root=$tmp/archive kernel=${MENSHEN_CACHE:-$cache}/image/kernel
mkdir -p "$root/modules" "$root/try"
cp -r try/. "$root/try/"
mv "$root/try/init" "$root/init"
release=$(ls "$kernel/usr/lib/modules")
for module in i6300esb configfs gpio-sim tpm_vtpm_proxy vivid; do
  /sbin/modprobe -S "$release" -d "$kernel" --show-depends $module
done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' | cat -n | while read -r n module; do
  xz -dc "$module" >"$root/modules/9$(printf %02d "$n")-$(basename "${module%.xz}")"
done
# What has options, try/lines loads.
mv "$root"/modules/*-vivid.ko "$root/try/vivid.ko"
(cd "$root" && find . | cpio -o -H newc --quiet) >"$1"
