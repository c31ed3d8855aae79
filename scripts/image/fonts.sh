#!/usr/bin/env bash
# fonts.sh ROOT: puts the font of the display into an image's root: both weights of Noto Sans CJK,
# with the Chinese of the mainland alone, and of it the characters of GB 2312, those of all that the
# program says, and Latin. 3 MB instead of 40. The same package of Debian gives the same bytes.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/say.sh
from=/usr/share/fonts/opentype/noto to=$1/usr/share/menshen/fonts
[ -e $from/NotoSansCJK-Bold.ttc ] ||
  fail "there is no Noto Sans CJK to take the image's font from" "apt-get install fonts-noto-cjk"
command -v pyftsubset >/dev/null || fail "there is no pyftsubset" "apt-get install fonttools"
doing "making the font"
python3 - >"$tmp/letters" <<'PYTHON'
# GB 2312, ASCII and Latin-1, punctuation; then every letter of the catalogues and the notices.
import glob
letters = {chr(c) for c in range(0x20, 0x17f)} | {chr(c) for c in range(0x2010, 0x2044)}
for high in range(0xA1, 0xF8):
    for low in range(0xA1, 0xFF):
        letters |= set(bytes([high, low]).decode('gb2312', 'ignore'))
for name in glob.glob('internal/i18n/catalogue/*.toml') + glob.glob('board/notice/*.txt'):
    letters |= set(open(name, encoding='utf8').read())
print(''.join(sorted(c for c in letters if c.isprintable() or c in '\u00a0\u3000')))
PYTHON
mkdir -p "$to"
for weight in Bold Regular; do
  pyftsubset "$from/NotoSansCJK-$weight.ttc" --font-number=2 --text-file="$tmp/letters" --layout-features='' \
    --no-hinting --desubroutinize --name-IDs='*' --output-file="$to/NotoSansCJKsc-$weight.otf"
done
install -D -m 644 /usr/share/doc/fonts-noto-cjk/copyright "$1/usr/share/doc/fonts-noto-cjk/copyright"
ok "font of the display: $(du -ch "$to"/*.otf | tail -1 | cut -f1), $(wc -m <"$tmp/letters") letters"
