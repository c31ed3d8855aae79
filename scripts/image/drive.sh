# drive.sh: how the tests of the image drive its virtual board (board.sh). Sourced, behind say.sh.
# $card is the card; $tmp/archive becomes what the tests add to it (archive.sh).
passphrase='correct horse battery' board='' from=0
{ command -v qemu-system-aarch64 && command -v fdtput; } >/dev/null ||
  apt_install qemu-system-arm device-tree-compiler ||
  fail "qemu could not be installed" "try again with a network"
scripts/image/archive.sh "$tmp/archive"

# start [WORDS FOR QEMU…]: the board. Its console is in $tmp/shown, what the firmware starts in
# $tmp/board too, and $tmp/report has what the test's own service says of each start.
start() {
  : >"$tmp/report"
  : >"$tmp/board"
  : >"$tmp/shown"
  rm -f "$tmp/keys"; mkfifo "$tmp/keys"
  BOARD_LOG=$tmp/board scripts/image/board.sh "$card" "$tmp/archive" -pidfile "$tmp/pid" \
    -chardev file,id=report,path="$tmp/report",append=on -device pci-serial,chardev=report "$@" \
    <"$tmp/keys" >"$tmp/shown" 2>&1 &
  board=$!
  exec 7>"$tmp/keys"
  from=0
}
# stop: the plug is pulled.
stop() {
  cat "$tmp/report" >>"${REPORT:-/dev/null}"
  kill "$board" "$(cat "$tmp/pid" 2>/dev/null)" 2>/dev/null || true
  wait "$board" 2>/dev/null || true
  exec 7>&-
  board=
}
trap '[ -z "$board" ] || stop; rm -rf "$tmp"' EXIT

# text FILE prints it as one line, without the terminal's orders. count FILE WORDS: how often.
text() { sed 's/\x1b\[[0-9;?!]*[a-zA-Z]//g' "$1" | tr -s '\r\n ' ' '; }
count() { text "$1" | grep -ao "$2" | wc -l; }
# await FILE WORDS [TIMES]: until they stand in the file so often.
await() {
  for _ in $(seq 1800); do
    [ "$(count "$1" "$2")" -lt "${3:-1}" ] || return 0
    sleep 1
    kill -0 "$board" 2>/dev/null || break
  done
  tail -n 30 "$tmp/shown" "$tmp/report" >&2
  fail "the board did not say: $2" "read the lines above"
}
said() {
  tr -d '\r' <"$tmp/report" | grep -aq "$1" ||
    { cat "$tmp/report" >&2; fail "a start is not as it should be: $1" "read the lines above"; }
}

# type LINE: at the console. shows WORDS: until they stand there, behind the line typed last.
type() {
  from=$(stat -c %s "$tmp/shown")
  printf '%s\r' "$1" >&7
}
shows() {
  for _ in $(seq 1800); do
    tail -c "+$((from + 1))" "$tmp/shown" >"$tmp/since"
    [ "$(count "$tmp/since" "$1")" = 0 ] || return 0
    sleep 1
    kill -0 "$board" 2>/dev/null || break
  done
  tail -n 30 "$tmp/shown" >&2
  fail "the console did not say: $1" "read the lines above"
}
# soon COMMAND…: until it succeeds.
soon() {
  for _ in $(seq 600); do
    ! "$@" || return 0
    sleep 1
  done
  fail "this did not come: $*" "see the card"
}

# whole MIB SIZE FILE: FILE becomes the card's file system there, of that many MiB; is it in order,
# after its journal, if need be by the copy of its superblock that the first root takes? state FILE
# prints a file that both systems know.
whole() {
  rm -f "$3"
  dd if="$card" of="$3" bs=1M skip="$1" count="$2" conv=sparse status=none
  /sbin/e2fsck -fp "$3" >"$tmp/fsck" 2>&1 || [ $? -lt 4 ] ||
    /sbin/e2fsck -fp -b 8193 -B 1024 "$3" >>"$tmp/fsck" 2>&1 || [ $? -lt 4 ]
}
state() {
  whole 880 16 "$tmp/state" || return 1
  /sbin/debugfs -R "cat $1" "$tmp/state" 2>/dev/null
}
# committed prints the slot that starts next.
committed() {
  case $(mtype -i "$card@@4M" ::autoboot.txt | sed -n '/^\[all/,/^\[try/s/^boot_partition=//p') in
  2) echo a ;;
  3) echo b ;;
  *) return 1 ;;
  esac
}

# log_in: as the operator of try/door, who accepts the duties the first time.
log_in() {
  type ''
  shows 'log-in'
  type '?plain' # no tables
  shows 'log-in'
  type anna
  shows secret
  type "$passphrase"
  shows 'Type yes or no\|anna>'
  ! text "$tmp/since" | grep -aq 'Type yes or no' || type yes
  shows 'anna>'
}
