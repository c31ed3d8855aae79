#!/usr/bin/env bash
# in-root.sh RELEASE VERSION: what test.sh runs in a fresh root of Debian, with repositories in
# /srv/test. Never on a machine that is used.
#
# Neither systemd nor udev runs here. Stand-ins for systemctl and udevadm write down what they are
# asked; systemctl also says that the door runs.
set -euo pipefail
release=$1 version=$2
cd /srv/test
fail() {
  printf '  FAIL  %s\n' "$1" >&2
  [ ! -s out ] || tail -20 out >&2
  exit 1
}
# ok WHAT: what has been shown, and how long it took.
ok() { printf '  ok    %s (%d s)\n' "$1" $((SECONDS - begun)); begun=$SECONDS; }
begun=0
# is GOT WANT WHAT
is() { [ "$1" = "$2" ] || fail "$3: '$1' instead of '$2'"; }
# apt takes menshen from the repository in a folder, believed by the site's key. It knows Debian's
# packages only for the first installation, since their list takes an emulated processor minutes.
source_is() {
  echo "deb [signed-by=/srv/test/site.gpg] file:/srv/test/$1 $release main" \
    >/etc/apt/sources.list.d/menshen.list
}
update()  { apt-get update >out 2>&1 && ! grep -qE '^[EW]:' out; }
get()     { apt-get "$1" -y --no-install-recommends "${@:2}" >out 2>&1; }
refused() { grep -qE "$1" out || fail "$2 is refused for another reason"; }
cp newer/site.gpg .
mv /etc/apt/sources.list debian.list

# What was signed by a stranger, or changed afterwards.
source_is strange
! update || fail "a stranger's signature is accepted"
refused 'NO_PUBKEY|Missing key|not signed|signature' "a stranger's signature"
cp -r newer changed
sed -i 's/^Version: .*/Version: 999/' changed/dists/*/main/binary-*/Packages
rm changed/dists/*/main/binary-*/Packages.gz
source_is changed
! update || fail "a changed index is accepted"
refused 'Hash Sum mismatch|unexpected size' "a changed index"
rm -r changed && cp -r newer changed
for deb in changed/pool/"$release"/menshen_*.deb; do
  printf x | dd of="$deb" bs=1 seek=2000000 conv=notrunc status=none
done
update || fail "the site's repository is refused"
! apt-get download menshen >out 2>&1 || fail "a changed package is accepted"
refused 'Hash Sum mismatch|unexpected size' "a changed package"
rm -r changed strange
ok "apt refuses a stranger's signature, a changed index or package"

# The older version, as it is after the installation.
source_is older
cp debian.list /etc/apt/sources.list
update || fail "the repository of the site or of Debian is refused"
get install menshen || fail "it does not install"
rm /etc/apt/sources.list
! grep -iE 'conflict with|error:|warning:|failed' out || fail "the installation complains"
is "$(menshen --version)" "menshen version 0~20000101.000000+gabcdef0-1~${version##*~}" version
examples=/usr/share/doc/menshen/examples
menshen config example | cmp - $examples/door.toml
sed 's/^# board .*/board = "rpi4"/' $examples/door.toml >example.toml
menshen config check example.toml >out 2>&1 || fail "the example is refused"
is "$(id -nG menshen | tr ' ' '\n' | sort | xargs)" "audio dialout gpio i2c menshen spi tss video" "groups"
is "$(stat -c '%a %U:%G' /etc/menshen /var/lib/menshen /var/lib/menshen.out | xargs)" \
  "1770 root:menshen 700 menshen:menshen 700 menshen:menshen" folders
is "$(id -nG menshen-camera | tr ' ' '\n' | sort | xargs)" "menshen-camera video" "groups of the camera's service"
is "$(stat -c '%A %U:%G' /run/menshen-camera/frames)" "prw-r----- menshen-camera:menshen" "pipe of the camera's service"
[ ! -e /etc/systemd/system/multi-user.target.wants/menshen.service ] || fail "it is enabled unasked"
systemd-analyze verify --man=no \
  /usr/lib/systemd/system/menshen{.service,-camera.service,-update.service,-update.path} >out 2>&1 || true
! grep -E 'menshen(-camera|-update)?\.(service|path)' out || fail "systemd has objections to a unit"
systemd-analyze cat-config systemd/journald@menshen.conf >out 2>&1 || true
grep -q '^SystemMaxUse=' out || fail "systemd does not find the limits of the door's journal"
dpkg -L menshen menshen-models >files # a minimal root may be told to leave manuals out
for file in man/man1/menshen{,-run,-camera}.1.gz bash-completion/completions/menshen \
  zsh/site-functions/_menshen fish/vendor_completions.d/menshen.fish doc/menshen/sbom.spdx.json \
  doc/menshen/copyright doc/menshen/changelog.Debian.gz menshen/models/fr_feature.onnx; do
  grep -qx "/usr/share/$file" files || fail "$file is missing"
done
[ "$(grep -cE '/licences/.*/(LICEN|COPYING)' files)" -gt 25 ] || fail "licences are missing"
ok "installed, not enabled: users, folders, units, manuals, licences"

# What carries records between doors: users and folders of its own, no service enabled, and root
# sets a hub up as the hub's user.
get install menshen-site || fail "menshen-site does not install"
is "$(stat -c '%a %U:%G' /etc/menshen-site /var/lib/menshen-site /run/menshen-site | xargs)" \
  "700 root:root 700 menshen-site-hub:menshen-site-hub 710 menshen:menshen-site" "folders of menshen-site"
! ls /etc/systemd/system/*/menshen-site* >out 2>&1 || fail "menshen-site is enabled unasked"
systemd-analyze verify --man=no /usr/lib/systemd/system/menshen-site-{courier,hub}.service \
  >out 2>&1 || true
! grep -E 'menshen-site' out || fail "systemd has objections to a unit of menshen-site"
door=0b1c0b1c0b1c0b1c0b1c0b1c0b1c0b1c
menshen-site set-up --site 6e346e346e346e346e346e346e346e34 --hub 192.168.1.10:4222 $door >out 2>&1 ||
  fail "no hub can be set up"
install -m 600 /var/lib/menshen-site/tickets/$door.ticket /etc/menshen-site/ticket
is "$(find /var/lib/menshen-site -type f -printf '%m %u\n' | sort -u)" "600 menshen-site-hub" "the hub's papers"
papers() { find /etc/menshen-site /var/lib/menshen-site -type f -exec sha256sum {} + | sort -k 2; }
papers >papers-before
dpkg -L menshen-site >files
for file in man/man1/menshen-site{,-hub,-courier}.1.gz \
  bash-completion/completions/menshen-site zsh/site-functions/_menshen-site \
  fish/vendor_completions.d/menshen-site.fish doc/menshen-site/sbom.spdx.json; do
  grep -qx "/usr/share/$file" files || fail "$file is missing"
done
[ "$(grep -cE '/licences/.*/(LICEN|COPYING)' files)" -gt 10 ] || fail "licences of menshen-site are missing"
ok "menshen-site: installed, not enabled, a hub set up"

# A door: a configuration, a key, a vault, and a backup that waits for its stick.
cat example.toml >/etc/menshen/door.toml
echo '# the site was here' >>/etc/menshen/door.toml
echo 'correct horse battery staple' | menshen init --operator anna >out 2>&1 || fail "no vault can be made"
echo sealed >/var/lib/menshen.out/backup.age
doors="/etc/menshen /var/lib/menshen /var/lib/menshen.out"
kept() { find $doors -type f -exec sha256sum {} + | sort -k 2; }
unchanged() { kept | diff before - >out || fail "$1 changed the door's files"; }
kept >before
[ "$(grep -c . before)" -ge 4 ] || fail "the door has too few files"

mkdir -p /run/systemd/system /run/udev
touch /run/udev/control
for program in systemctl udevadm; do
  rm -f /usr/sbin/$program # in Debian 12 a link to the true udevadm
  printf '#!/bin/sh\necho "%s $*" >>/srv/test/calls\n' $program >/usr/sbin/$program
  chmod +x /usr/sbin/$program
done
asked() { grep -cE "(^| )$1( .*)? menshen\.service" calls || true; }

# The upgrade waits for a configuration that the new program accepts, then restarts once.
source_is newer
update || fail "the site's repository is refused"
cp /etc/menshen/door.toml good.toml
echo 'nonsense = 1' >>/etc/menshen/door.toml
: >calls
! get install menshen || fail "a configuration that the new program refuses does not stop the upgrade"
grep -q 'the door goes on with the program it had' out || fail "a refused configuration is not told"
is "$(asked restart)" 0 "restarts with a refused configuration"
# Devices that are there already come to the groups of the rules: each kind that a rule names.
rules=/usr/lib/udev/rules.d/60-menshen.rules
for kind in $(sed -n 's/^SUBSYSTEM=="\([^"]*\)".*/\1/p' $rules | grep . || echo none); do
  grep -A1 '^udevadm control --reload' calls | grep -qE "^udevadm trigger .*--subsystem-match=$kind( |$)" ||
    fail "udev is not asked to look again at devices of the kind $kind"
done
ok "a refused configuration stops the upgrade, not the door"
# Mended; that faces stay off, without their models, is a warning.
cat good.toml >/etc/menshen/door.toml
mv /usr/share/menshen/models .
dpkg --configure menshen >out 2>&1 || fail "it does not go on after the configuration was mended"
grep -q 'warning: faces stay off' out || fail "it is not told that faces stay off"
mv models /usr/share/menshen/
is "$(asked restart)" 1 "restarts of the upgrade"
is "$(menshen --version)" "menshen version $version" "version after the upgrade"
unchanged "the upgrade"
get install --reinstall menshen || fail "it cannot be installed twice"
unchanged "a second installation"
ok "upgraded: one restart, the door's files as they were"
get install menshen-site || fail "menshen-site cannot be upgraded"
is "$(menshen-site --version)" "menshen-site version $version" "version of menshen-site after the upgrade"
papers | diff papers-before - >out || fail "the upgrade changed the hub's papers"
: >calls
get remove menshen-site || fail "menshen-site cannot be removed"
grep -qE 'stop( .*)? menshen-site-hub\.service' calls || fail "the removal does not stop courier and hub"
papers | diff papers-before - >out || fail "the removal changed the hub's papers"
get install menshen-site || fail "menshen-site cannot be installed after its removal"
ok "menshen-site: upgraded, removed and back, its papers as they were"

# Removed: stopped, and all that is the door's is kept.
: >calls
get remove menshen || fail "it cannot be removed"
is "$(asked stop)" 1 "stops at the removal"
[ ! -e /usr/bin/menshen ] && [ ! -e /usr/lib/systemd/system/menshen.service ] || fail "the program is left"
unchanged "the removal"
ok "removed: the door stopped, its files kept"

# Purged without an answer, and with no: kept as well, and the journal gone.
mkdir -p /etc/credstore.encrypted
echo sealed | tee /etc/credstore.encrypted/menshen >/etc/credstore.encrypted/other
answer() { echo menshen menshen/erase-vault boolean "$1" | debconf-set-selections; }
for said in nothing no; do
  if [ $said = no ]; then
    get install menshen || fail "it cannot be installed after a purge"
    answer false
  fi
  for log in /run/log /var/log; do
    mkdir -p $log/journal/0123.menshen && touch $log/journal/0123.menshen/system.journal
  done
  get purge menshen || fail "it cannot be purged with the answer $said"
  for folder in $doors; do
    grep -qF "$folder was kept" out || fail "a purge with the answer $said does not say that it keeps $folder"
  done
  unchanged "a purge with the answer $said"
  [ -e /etc/credstore.encrypted/menshen ] || fail "a purge with the answer $said erased the credential"
  ! ls -d /run/log/journal/*.menshen /var/log/journal/*.menshen 2>/dev/null || fail "a purge leaves the door's journal"
done
ok "purged without an answer, and with no: its files kept"

# Purged with yes: nothing is left but the users that systemd made. A second name of each file
# shows that it was overwritten, not only unlinked.
get install menshen || fail "it cannot be installed after a purge"
unchanged "an installation after a purge"
mkdir held
find $doors /etc/credstore.encrypted/menshen -type f -exec ln -t held {} +
answer true
get purge menshen menshen-models menshen-site || fail "it cannot be purged with the answer yes"
left=$(find / -xdev \( -path /proc -o -path /srv/test -o -path /var/cache -o -path /var/lib/apt \) -prune \
  -o -name '*menshen*' ! -name menshen.list -print | xargs)
is "$left" "" "files after a purge"
[ -e /etc/credstore.encrypted/other ] || fail "a purge erased another's credential"
[ "$(ls held | wc -l)" -ge 5 ] || fail "too few files had a second name"
is "$(find held -type f -size +0 | xargs)" "" "files unlinked, but not overwritten"
ok "purged with yes: its files overwritten and gone"
