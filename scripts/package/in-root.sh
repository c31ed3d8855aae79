#!/usr/bin/env bash
# in-root.sh RELEASE VERSION: what test.sh runs in a fresh root of Debian, with repositories in /srv/test. Not for a machine that anybody uses.
#
# There is no systemd that runs here: a stand-in for systemctl writes down what it is asked, and says that the door is running.
set -euo pipefail
release=$1 version=$2
cd /srv/test
fail() { printf '  FAIL  %s\n' "$1" >&2; exit 1; }
ok()   { printf '  ok    %s\n' "$1"; }
is()   { [ "$1" = "$2" ] || fail "$3: '$1' instead of '$2'"; }
# source_is NAME: apt takes menshen from that repository, under the site's key, and what it depends on from Debian.
source_is() {
  echo "deb [signed-by=/etc/apt/keyrings/site.gpg] file:/srv/test/$1 $release main" >/etc/apt/sources.list.d/menshen.list
}
answer() { echo "menshen menshen/erase-vault boolean $1" | debconf-set-selections; }
install -D -m 644 newer/site.gpg /etc/apt/keyrings/site.gpg

# The repository: believed with the site's key, and not when it was signed by another, or changed after.
source_is strange
apt-get update >out 2>&1 || true
grep -qE '^[EW]: .*(not signed|NO_PUBKEY|Missing key|signature)' out || { cat out; fail "a stranger's signature is accepted"; }
cp -r newer changed
sed -i 's/^Version: .*/Version: 999/' changed/dists/*/main/binary-*/Packages
rm -f changed/dists/*/main/binary-*/Packages.gz
source_is changed
apt-get update >out 2>&1 && fail "an index that was changed is accepted"
grep -qE 'Hash Sum mismatch|unexpected size' out || { cat out; fail "an index that was changed is refused for another reason"; }
cp -r newer changed-deb
for deb in changed-deb/pool/"$release"/menshen_*.deb; do printf 'x' | dd of="$deb" bs=1 seek=2000000 conv=notrunc status=none; done
source_is changed-deb
apt-get update >out 2>&1 || { cat out; fail "the repository is refused"; }
apt-get install -y --no-install-recommends -d menshen >out 2>&1 && fail "a package that was changed is accepted"
grep -qE 'Hash Sum mismatch' out || { tail -5 out; fail "a package that was changed is refused for another reason"; }
rm -rf changed changed-deb strange
ok "apt refuses a stranger's signature, a changed index, a changed package"

# The older version.
source_is older
apt-get update >out 2>&1 && ! grep -E '^[WE]:' out || { cat out; fail "the site's repository is refused"; }
apt-get install -y --no-install-recommends menshen >out 2>&1 || { tail -20 out; fail "it does not install"; }
! grep -iE 'conflict with earlier|error|warning: ' out || fail "its installation complains"
is "$(menshen --version)" "menshen version 0~20000101.000000+gabcdef0-1~${version##*~}" "version"
menshen config example | cmp - /usr/share/doc/menshen/examples/door.toml
sed 's/^# board .*/board = "rpi4"/' /usr/share/doc/menshen/examples/door.toml >example.toml
menshen config check example.toml >out 2>&1 || { cat out; fail "the example is refused"; }
is "$(id -nG menshen | tr ' ' '\n' | sort | xargs)" "dialout gpio menshen spi tss video" "the groups of the service's user"
is "$(stat -c '%a %U:%G' /etc/menshen /var/lib/menshen | xargs)" "1770 root:menshen 700 menshen:menshen" "the folders"
is "$(systemctl is-enabled menshen 2>/dev/null || true)" disabled "the service at first"
systemd-analyze verify /usr/lib/systemd/system/menshen.service >out 2>&1 || true
! grep menshen.service out || fail "the unit is not clean"
man -w menshen menshen-run >/dev/null || fail "the manual is not found"
for shell in bash-completion/completions/menshen zsh/site-functions/_menshen fish/vendor_completions.d/menshen.fish; do [ -s "/usr/share/$shell" ] || fail "$shell is missing"; done
[ -s /usr/share/doc/menshen/sbom.spdx.json ] && [ "$(find /usr/share/doc/menshen/licences -type f | wc -l)" -gt 30 ] || fail "licences or their list are missing"
ok "installed, $(dpkg-query -W | wc -l) packages in the root"

# A door: its configuration and a vault.
cat example.toml >/etc/menshen/door.toml
echo '# the site was here' >>/etc/menshen/door.toml
door() { echo 'correct horse battery staple' | menshen init --operator anna >out 2>&1 || { cat out; fail "no vault can be made"; }; }
door
kept() { find /etc/menshen /var/lib/menshen -type f -exec sha256sum {} + | sort -k 2; }
kept >before
[ "$(wc -l <before)" -ge 3 ] || { cat before; fail "the door has too few files"; }

# Systemd's stand-in.
mkdir -p /run/systemd/system
cat >/usr/local/bin/systemctl <<'STAND_IN'
#!/bin/sh
echo "$*" >>/srv/test/calls
STAND_IN
chmod +x /usr/local/bin/systemctl
asked() { grep -cE "(^| )$1 .*menshen.service|(^| )$1 menshen.service" calls 2>/dev/null || true; }

# The upgrade: refused while the new program refuses the configuration, then done; the door's files are as they were.
source_is newer
apt-get update >out 2>&1 || { cat out; fail "the newer repository is refused"; }
cp /etc/menshen/door.toml good.toml
echo 'nonsense = 1' >>/etc/menshen/door.toml
: >calls
apt-get install -y --no-install-recommends menshen >out 2>&1 && fail "an upgrade over a configuration that the new program refuses ends well"
grep -q 'the door goes on with the program it had' out || { tail -20 out; fail "a refused configuration is not told"; }
is "$(asked restart)" 0 "restarts with a refused configuration"
cat good.toml >/etc/menshen/door.toml
dpkg --configure menshen >out 2>&1 || { cat out; fail "it does not go on after the configuration was mended"; }
is "$(asked restart)" 1 "restarts of the upgrade"
is "$(menshen --version)" "menshen version $version" "version after the upgrade"
kept | diff before - || fail "the upgrade changed the door's files"
dpkg --configure menshen >/dev/null 2>&1 || true
apt-get install -y --reinstall menshen >out 2>&1 || { tail out; fail "it cannot be installed twice"; }
kept | diff before - || fail "a second installation changed the door's files"
ok "upgraded: $version"

# Removed: stopped, and all that is the door's is there.
: >calls
apt-get remove -y menshen >out 2>&1 || { tail out; fail "it cannot be removed"; }
is "$(asked stop)" 1 "stops at removal"
[ ! -e /usr/bin/menshen ] && [ ! -e /usr/lib/systemd/system/menshen.service ] || fail "something is left of the program"
kept | diff before - || fail "removal changed the door's files"

# Purged without an answer: the same. Purged with yes: nothing is left.
apt-get purge -y menshen >out 2>&1 || { tail out; fail "it cannot be purged"; }
kept | diff before - || fail "a purge without an answer changed the door's files"
grep -q '/var/lib/menshen was kept' out || { tail out; fail "a purge that keeps the vault does not say so"; }
is "$(dpkg-query -W -f '${db:Status-Status}' menshen 2>/dev/null)" "" "the package after a purge"
apt-get install -y --no-install-recommends menshen >out 2>&1 || { tail out; fail "it cannot be installed again"; }
kept | diff before - || fail "the installation after a purge changed the door's files"
answer true
mkdir -p /etc/credstore.encrypted && echo sealed >/etc/credstore.encrypted/menshen && echo another >/etc/credstore.encrypted/other
apt-get purge -y menshen menshen-models >out 2>&1 || { tail out; fail "it cannot be purged"; }
for gone in /etc/menshen /var/lib/menshen /etc/credstore.encrypted/menshen /usr/share/menshen /usr/share/doc/menshen; do [ ! -e $gone ] || fail "$gone is left after a purge"; done
[ -e /etc/credstore.encrypted/other ] || fail "a purge erased another's credential"
left=$(find / -xdev \( -path /proc -o -path /srv/test -o -path /var/cache/apt -o -path /var/lib/apt \) -prune -o -name '*menshen*' ! -name menshen.list -print | xargs)
is "$left" "" "files after a purge"
ok "removed, purged with no answer and with yes"
