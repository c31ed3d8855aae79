#!/usr/bin/env bash
# flash.sh IMAGE [CARD]: writes an image onto a card, reads it back, and puts the door's settings on
# it (door.txt). CARD is a device, such as /dev/sdb, or a file, which then becomes an image with
# settings for another program to write. Without CARD it lists the cards that it sees. The
# publisher's releases.log goes onto the card too, where it lies beside IMAGE.
#
#   --name, --location, --handler, --contact, --zone, --board, --lang   settings, else asked for
#   --settings FILE   a door.txt that is ready, instead of all these
#   --sha256 HEX      of IMAGE, where no IMAGE.sha256 or SHA256SUMS lies beside it
#   --not-a-card      the device is no card, and is meant all the same
#   --yes             ask nothing (needs CARD and settings); the safety checks stay
#
# IMAGE is an .img, plain or packed by zstd or xz. On Linux, as root. The partition table is written
# last: a card that was not finished has none, starts nothing and can be written again.
# shellcheck disable=SC2015  # "is it so, and so, or fail" is what is meant
set -euo pipefail
export LC_NUMERIC=C
zh=
case ${LC_ALL:-${LC_MESSAGES:-${LANG:-}}} in zh*) zh=1 ;; esac

# Each text is there twice: English, 中文.
t()    { if [ "$zh" ]; then printf '%s\n' "$2"; else printf '%s\n' "$1"; fi; }
ok()   { printf '  ok    %s\n' "$(t "$@")" >&2; }
fail() { printf '  FAIL  %s\n        %s\n' "$(t "$1" "$2")" "$(t "$3" "$4")" >&2; exit 1; }
# ask ENGLISH CHINESE [UNLESS] reads an answer.
ask() {
  local answer
  [ ! "$yes" ] || { printf '%s' "${3:-}"; return; }
  printf '  %s%s: ' "$(t "$1" "$2")" "${3:+ [$3]}" >&2
  IFS= read -r answer || fail "no answer" "没有回答" "run it at a terminal, or with --yes" "请在终端运行，或加 --yes"
  printf '%s' "${answer:-${3:-}}"
}

image='' card='' settings='' sum='' special='' yes='' name='' location='' handler='' contact='' zone='' board='' lang=''
while [ $# -gt 0 ]; do
  case $1 in
    --name | --location | --handler | --contact | --zone | --board | --lang | --settings)
      [ $# -gt 1 ] || fail "$1 has no value" "$1 后面没有值" "write $1 VALUE" "请写 $1 值"
      printf -v "${1#--}" %s "$2"; shift ;;
    --sha256) sum=${2:?}; shift ;;
    --not-a-card) special=1 ;;
    --yes) yes=1 ;;
    -h | --help) sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0"; exit ;;
    -*) fail "unknown option $1" "不认识的选项 $1" "$0 --help" "$0 --help" ;;
    *) if [ ! "$image" ]; then image=$1; elif [ ! "$card" ]; then card=$1; else
      fail "one argument too many: $1" "多了一个参数：$1" "flash.sh IMAGE [CARD]" "flash.sh IMAGE [CARD]"; fi ;;
  esac
  shift
done
case $lang in zh*) zh=1 ;; en*) zh='' ;; esac
[ "$image" ] || fail "which image?" "要写入哪个映像？" "flash.sh IMAGE [CARD]" "flash.sh IMAGE [CARD]"
for tool in lsblk sha256sum od dd mcopy minfo; do
  command -v "$tool" >/dev/null ||
    fail "$tool is not here" "缺少 $tool" "apt-get install util-linux coreutils mtools" \
      "apt-get install util-linux coreutils mtools"
done
tmp=$(mktemp -d)
writer=''
begun=''
finish() {
  [ ! "$writer" ] || { kill "$writer" 2>/dev/null || true; wait "$writer" 2>/dev/null || true; }
  rm -rf "$tmp"
  [ ! "$begun" ] || printf '\n  %s\n' "$(t "$card is not finished and starts nothing. Run the same command again." \
    "$card 没有写完，不会启动。请再运行一次同样的命令。")" >&2
}
trap finish EXIT
trap 'exit 130' INT TERM HUP

# ---- the image

[ -f "$image" ] && [ -r "$image" ] ||
  fail "there is no image $image" "没有映像 $image" "name the file that was downloaded or made" "请写下载或制作的文件"
unpack() {
  case $image in
    *.zst) zstd -qdc -- "$image" ;;
    *.xz) xz -dc -- "$image" ;;
    *) cat -- "$image" ;;
  esac
}
beside=$(dirname "$image")
if [ ! "$sum" ]; then
  for list in "$image.sha256" "$beside/SHA256SUMS"; do
    [ ! -r "$list" ] || sum=$(awk -v f="$(basename "$image")" \
      '{ sub(/^\*/, "", $2) } $2 == f || NF == 1 { print $1; exit }' "$list")
    [ ! "$sum" ] || break
  done
fi
[ "$sum" ] || fail "nothing says what the checksum of $image must be" "没有 $image 的校验和可供核对" \
  "put $image.sha256 beside it, or give --sha256 HEX" "请把 $image.sha256 放在旁边，或写 --sha256 HEX"
t "Reading the image…" "正在读取映像…" >&2
[ "$(sha256sum <"$image" | cut -d' ' -f1)" = "${sum,,}" ] ||
  fail "$image is not what its checksum says" "$image 与校验和不符" \
    "download or copy it again; write nothing that is damaged or was changed" "请重新下载或复制；损坏或被改过的不要写入"
# The whole of it, before anything is erased: its size and sum, unpacked, and its first sectors.
unpack 2>"$tmp/why" | tee >(sha256sum | cut -d' ' -f1 >"$tmp/sum") >(head -c 4194304 >"$tmp/first"; cat >/dev/null) |
  wc -c >"$tmp/size" || fail "$image cannot be unpacked: $(tail -1 "$tmp/why")" \
    "$image 无法解开：$(tail -1 "$tmp/why")" \
  "copy it again, or install zstd or xz-utils" "请重新复制，或安装 zstd 或 xz-utils"
for _ in 1 2 3 4 5 6 7 8 9 10; do [ ! -s "$tmp/sum" ] || break; sleep 0.1; done
size=$(cat "$tmp/size") whole=$(cat "$tmp/sum")
# The first partition: where it begins, in the words of the partition table.
begin=$(($(od -An -tu4 -j454 -N4 "$tmp/first" 2>/dev/null || echo 0) * 512))
[ "$(od -An -tx1 -j510 -N2 "$tmp/first" 2>/dev/null | tr -d ' ')" = 55aa ] && [ "$begin" -ge 4194304 ] &&
  [ "$size" -gt "$begin" ] ||
  fail "$image is not an image of a Menshen card" "$image 不是 Menshen 存储卡的映像" \
    "take menshen-….img.zst of a release, or 'make image'" "请用发布的 menshen-….img.zst，或 make image"
ok "image: $((size >> 20)) MiB, $(basename "$image")" "映像：$((size >> 20)) MiB，$(basename "$image")"

# ---- the card

# of FIELD LINE: a field of a line of lsblk --pairs.
of() { sed -n "s/.*\\b$1=\"\\([^\"]*\\)\".*/\\1/p" <<<"$2"; }
columns=NAME,TYPE,SIZE,MODEL,TRAN,RM,HOTPLUG,RO,FSTYPE,LABEL,MOUNTPOINTS
list() { lsblk --pairs --paths --bytes -o "$columns" "$@" 2>/dev/null; }
human() { printf '%s.%s GB' $(($1 / 1000000000)) $(($1 / 100000000 % 10)); }
# own prints the disks under what this machine has mounted, and its swap.
own() {
  local source
  for source in $(findmnt -rno SOURCE 2>/dev/null | sed 's/\[.*//' | grep ^/dev/ | sort -u) \
    $(awk 'NR > 1 && $1 ~ "^/dev/" { print $1 }' /proc/swaps 2>/dev/null); do
    lsblk --noheadings --inverse --list --paths -o NAME,TYPE "$source" 2>/dev/null | awk '{ print $1 }'
  done
}
# is_card LINE: it can be taken out, and has the size of a card.
is_card() {
  local name
  name=$(basename "$(of NAME "$1")")
  [ "$(of SIZE "$1")" -le 256000000000 ] || return 1
  [ "$(of RM "$1")$(of HOTPLUG "$1")" != 00 ] || [ "$(cat "/sys/block/$name/device/type" 2>/dev/null)" = SD ]
}

if [ ! "$card" ]; then
  [ ! "$yes" ] || fail "which card?" "写到哪张卡？" "flash.sh IMAGE CARD" "flash.sh IMAGE CARD"
  t "Cards and sticks here:" "本机的存储卡和 U 盘：" >&2
  list --nodeps | while read -r line; do
    [ "$(of TYPE "$line")" = disk ] && [ "$(of SIZE "$line")" != 0 ] && is_card "$line" || continue
    printf '  %-14s %10s  %s\n' "$(of NAME "$line")" "$(human "$(of SIZE "$line")")" "$(of MODEL "$line")" >&2
  done
  card=$(ask "Card (Enter: none of them)" "写到哪张卡（回车：都不是）")
  [ "$card" ] || fail "no card was named" "没有选择存储卡" "put it in, and run this again" "请插入后再运行"
fi
tree=$(list "$card") || tree=''
if [ "$tree" ]; then
  disk=$(head -1 <<<"$tree")
  kind=$(of TYPE "$disk") room=$(of SIZE "$disk") model=$(of MODEL "$disk")
  printf '\n  %s  %s  %s  %s\n' "$card" "${model:-?}" "$(human "$room")" "$(of TRAN "$disk")" >&2
  tail -n +2 <<<"$tree" | while read -r line; do
    printf '    %s  %s  %s  %s  %s\n' "$(of NAME "$line")" "$(human "$(of SIZE "$line")")" "$(of FSTYPE "$line")" \
      "$(of LABEL "$line")" "$(of MOUNTPOINTS "$line")" >&2
  done
  [ "$kind" != part ] || fail "$card is one partition" "$card 只是一个分区" "name the whole card" "请写整张卡的名字"
  [ "$kind" = disk ] || [ "$special" ] || fail "$card is not a disk ($kind)" "$card 不是磁盘（$kind）" \
    "name the device of the card" "请写存储卡的设备名"
  ! own | grep -qxF "$card" || fail "this computer itself uses $card" "$card 是这台电脑自己在用的磁盘" \
    "name the card. If it is one, unmount it first: umount ${card}*" "请写存储卡；如果它就是，请先卸载：umount ${card}*"
  while read -r line; do
    part=$(of NAME "$line") at=$(of MOUNTPOINTS "$line")
    [ ! "$at" ] || fail "$part is in use at $at" "$part 正在使用：$at" "unmount it first: umount $part" \
      "请先卸载：umount $part"
    case $(of TYPE "$line") in
      part | disk | loop) ;;
      *) fail "$part on it is in use (LVM, RAID or encryption)" "其中的 $part 正在使用（LVM、RAID 或加密）" \
        "this is not an empty card; name another" "这不是空卡，请换一张" ;;
    esac
    system=$(of FSTYPE "$line")
    [ "$system" ] || system=$(blkid -p -o value -s TYPE "$part" 2>/dev/null || true)
    case $system in
      LVM2_member | linux_raid_member | zfs_member | swap | btrfs)
        fail "$part belongs to $system" "$part 属于 $system" \
          "it may be a computer's disk. If not, clear it by hand: wipefs --all $part" \
          "它可能是电脑的磁盘；如果不是，请自己清除：wipefs --all $part" ;;
    esac
  done <<<"$tree"
  [ "$(of RO "$disk")" = 0 ] || fail "$card cannot be written" "$card 不能写入" \
    "move the little switch at the card's side" "请拨动存储卡侧面的小开关"
  [ "$room" -ge "$size" ] || fail "$card is too small: $(human "$room")" "$card 太小：$(human "$room")" \
    "take a card of 4 GB or more" "请用 4 GB 以上的卡"
  if ! is_card "$disk"; then
    [ "$special" ] || fail "$card does not look like a card: it cannot be taken out, or is larger than 256 GB" \
      "$card 不像存储卡：不能取出，或大于 256 GB" \
      "look again; if it is meant, add --not-a-card" "请再看一遍；确实要写它就加 --not-a-card"
    typed=$(ask "$card is no card. Type its size in GB as shown above" "$card 不是存储卡。请输入上面显示的容量（GB）")
    [ "$yes" ] || [ "$typed" = "$(human "$room" | cut -d' ' -f1)" ] ||
      fail "that is not its size" "容量不对" "nothing was written" "什么都没有写"
  fi
  [ -w "$card" ] || fail "you may not write to $card" "没有写 $card 的权限" "sudo $0 …" "sudo $0 …"
else
  [ ! -e "$card" ] || [ -f "$card" ] || fail "$card is not a card" "$card 不是存储卡" \
    "name a device such as /dev/sdb, or a file" "请写 /dev/sdb 这样的设备名，或一个文件"
  [ "$card" != "${card#/dev/}" ] && fail "there is no $card" "没有 $card" "put the card in; 'lsblk' lists it" \
    "请插入存储卡；lsblk 可以列出"
  [ ! "$card" -ef "$image" ] || fail "that is the image itself" "这就是映像本身" "name another file" "请写另一个文件"
fi

# ---- the settings

# quoted TEXT: as a string of TOML.
quoted() {
  [[ $1 != *[[:cntrl:]]* ]] || fail "a setting has a control character" "设置里有控制字符" "type it again" "请重新输入"
  local s=${1//\\/\\\\}
  printf '"%s"' "${s//\"/\\\"}"
}
if [ "$settings" ]; then
  cp -- "$settings" "$tmp/door.txt"
else
  [ "$name" ] || name=$(ask "Where is the door" "门的位置" "")
  [ "$name" ] || fail "the door has no name" "门没有名字" \
    "such as --name 'Block 4, main entrance'" "例如 --name '4 号楼大门'"
  [ "$location" ] || location=$(ask \
    "It leads to (building entrance, floor or corridor, office, shared room, service room)" \
    "门通向（building entrance 楼门, floor or corridor 楼层, office 办公室, shared room, service room）" \
      "building entrance")
  [ "$handler" ] || handler=$(ask "Who is responsible for the data" "个人信息处理者" "")
  [ "$contact" ] || contact=$(ask "How to reach them" "联系方式" "")
  [ "$board" ] || board=$(ask "Board (Enter: the one it runs on)" "板型（回车：自动识别）" "")
  here=$(readlink /etc/localtime 2>/dev/null | sed -n 's,.*/zoneinfo/,,p')
  [ "$zone" ] || zone=$(ask "Time zone" "时区" "${here:-Asia/Shanghai}")
  [ "$lang" ] || lang=$(ask "Language of the console (en, zh)" "控制台语言（en, zh）" "${zh:+zh}")
  {
    printf '# Settings of this door, read once at its first start.\n[unit]\nname = %s\nlocation = %s\n' \
      "$(quoted "$name")" "$(quoted "$location")"
    printf 'handler = %s\ncontact = %s\n' "$(quoted "$handler")" "$(quoted "$contact")"
    [ ! "$board" ] || printf 'board = %s\n' "$(quoted "$board")"
    printf '\n[site]\nzone = %s\n\n[console]\nlanguage = %s\n' "$(quoted "$zone")" "$(quoted "${lang:-en}")"
  } >"$tmp/door.txt"
fi
program=$(command -v menshen || ls "$(dirname "$0")/../bin/menshen" 2>/dev/null || true)
if [ "$program" ]; then
  "$program" config from-card "$tmp/door.txt" >/dev/null 2>"$tmp/why" ||
    fail "the door would not take these settings: $(sed 's/^menshen: //;s,.*/door.txt:,,' "$tmp/why")" \
      "这些设置门不接受：$(sed 's/^menshen: //;s,.*/door.txt:,,' "$tmp/why")" \
      "correct them, and run this again" "请改正后再运行"
fi
printf '\n' >&2; sed 's/^/  | /' "$tmp/door.txt" >&2; printf '\n' >&2

# ---- the last question

if [ ! "$yes" ] && [ "$tree" ]; then
  last=$(basename "$card")
  typed=$(ask "All that is on $card (${model:-?}, $(human "$room")) will be erased. Type $last to go on" \
    "$card（${model:-?}，$(human "$room")）上的全部内容将被清除。输入 $last 继续")
  [ "$typed" = "$last" ] ||
    fail "nothing was written" "什么都没有写" "run this again when you are sure" "确定后再运行"
fi

# ---- writing and reading back

# bar DONE: how far it is, if somebody watches.
bar() {
  [ -t 2 ] || return 0
  local part=$(($1 * 100 / (size > 0 ? size : 1))) now=$SECONDS left=''
  [ "$1" -eq 0 ] || [ $((now - since)) -lt 2 ] || left=$(((size - $1) * (now - since) / $1))
  printf '\r  %-8s [%-40s] %3d %% %s\033[K' "$2" "$(printf '%*s' $((part * 40 / 100)) '' | tr ' ' '#')" \
    "$part" "${left:+$left s}" >&2
}
# watch WORD: draws the bar while dd, the process $writer, writes its progress into $tmp/dd.
watch() {
  since=$SECONDS
  while kill -0 "$writer" 2>/dev/null; do
    bar "$(tr '\r' '\n' <"$tmp/dd" | sed -n 's/^\([0-9]*\) byte.*/\1/p' | tail -1 | grep . || echo 0)" "$1"
    sleep 0.3
  done
  local failed=''
  wait "$writer" || failed=1
  writer=''
  [ "$failed" ] || { bar "$size" "$1"; [ ! -t 2 ] || printf '\n' >&2; }
  [ ! "$failed" ]
}
gone() {
  [ ! -t 2 ] || printf '\n' >&2
  fail "$card failed: $(grep -v bytes "$tmp/dd" | grep -v records | tail -1)" \
    "$card 出错：$(grep -v bytes "$tmp/dd" | grep -v records | tail -1)" \
    "try another card or another reader" "请换一张卡或另一个读卡器"
}
direct=''
[ ! -b "$card" ] || direct=,direct
begun=1
: >"$tmp/dd"
# The old partition table goes first, the new one comes last.
[ -n "$tree" ] || : >"$card"
dd if=/dev/zero of="$card" bs=1M count=4 conv=notrunc,fsync status=none 2>"$tmp/dd" || gone
exec {from}< <(unpack)
head -c 4194304 <&$from >/dev/null
dd bs=4M iflag=fullblock oflag="seek_bytes$direct" of="$card" seek=4194304 conv=notrunc,fsync status=progress \
  <&$from 2>"$tmp/dd" &
writer=$!
watch "$(t write 写入)" || gone
exec {from}<&-
dd if="$tmp/first" of="$card" bs=4M conv=notrunc,fsync status=none 2>"$tmp/dd" || gone
[ ! -b "$card" ] || blockdev --flushbufs "$card" 2>/dev/null || true
mkfifo "$tmp/read"
sha256sum <"$tmp/read" | cut -d' ' -f1 >"$tmp/back" &
summing=$!
: >"$tmp/dd"
dd if="$card" bs=4M count="$size" iflag="count_bytes$direct" status=progress of="$tmp/read" 2>"$tmp/dd" &
writer=$!
watch "$(t compare 比较)" || gone
wait "$summing"
[ "$(cat "$tmp/back")" = "$whole" ] || {
  dd if=/dev/zero of="$card" bs=1M count=4 conv=notrunc,fsync status=none || true
  fail "$card does not give back what was written" "$card 读出的与写入的不同" \
    "throw it away and take another" "请丢弃，换一张卡"
}
ok "written and compared" "已写入并比较"

mcopy -o -i "$card@@$begin" "$tmp/door.txt" ::door.txt 2>"$tmp/why" &&
  mcopy -n -i "$card@@$begin" ::door.txt "$tmp/again" 2>"$tmp/why" && cmp -s "$tmp/door.txt" "$tmp/again" || {
  dd if=/dev/zero of="$card" bs=1M count=4 conv=notrunc,fsync status=none || true
  fail "the settings could not be put on it: $(tail -1 "$tmp/why")" "无法写入设置：$(tail -1 "$tmp/why")" \
    "run this again" "请再运行一次"
}
# The unit does without it, but cannot prove then what runs.
[ ! -r "$beside/releases.log" ] || ! mcopy -o -i "$card@@$begin" "$beside/releases.log" ::releases.log 2>/dev/null ||
  ok "log of releases: releases.log beside it" "发布日志：releases.log 也在那里"
sync
begun=''
ok "settings: door.txt on its first partition" "设置：第一分区的 door.txt"
t "Done: take $card out and put it into the unit. Its console then leads through the set-up." \
  "完成：请取出 $card 放入门禁机。之后由控制台引导安装。"
