#!/usr/bin/env bash
# rauc.sh: unpacks RAUC of Debian 14 into $cache/image/rauc, once: that of Debian 13 (1.13) does not
# understand what dm-verity says of itself since Linux 6.19, and mounts no update
# (https://github.com/rauc/rauc/issues/1842). Its other libraries are those of Debian 13.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/say.sh
to=$cache/image/rauc
this=$(sha256sum <"$0")
[ "$(cat "$to.of" 2>/dev/null)" != "$this" ] || exit 0
doing "loading RAUC"
rm -rf "$to"
cat >"$tmp/unpack" <<'U'
for deb in "$1"/var/cache/apt/archives/{rauc_,libnl-}*.deb; do
  dpkg -x "$deb" "$2"
  basename "$deb" >>"$2.packages"
done
U
# A mirror's testing may be some weeks old; the archive's signature is checked all the same.
mmdebstrap --variant=extract --architectures=arm64 --skip=check/qemu --aptopt='APT::Install-Recommends "false"' \
  --aptopt='Acquire::Languages "none"' --aptopt='Acquire::Check-Valid-Until "false"' --include=rauc \
  --extract-hook="mkdir '$tmp/rauc'" --extract-hook="bash $tmp/unpack \"\$1\" $tmp/rauc" \
  forky "$tmp/root" "deb $(scripts/package/mirror.sh) forky main" >"$tmp/log" 2>&1 ||
  { tail -5 "$tmp/log" >&2; fail "RAUC could not be loaded" "try again with a network"; }
mv "$tmp/rauc" "$to"
mv "$tmp/rauc.packages" "$to.packages"
echo "$this" >"$to.of"
ok "$(grep rauc_ "$to.packages")"
