package desk

import (
	"fmt"

	"menshen/board/host"
)

// machineFacts are temperature and storage in words.
func machineFacts(h host.Health, lang string) (out []Fact) {
	if h.Measured {
		f := Fact{Name: "temperature", State: fmt.Sprintf("%.0f °C", h.Celsius)}
		if h.Hot() {
			f.Fault = words(lang, "hot, and slowed down: give the unit air and shade", "过热降频：请改善通风和遮阳")
		}
		out = append(out, f)
	}
	f := Fact{Name: "storage"}
	if h.Err != nil {
		f.Fault = h.Err.Error()
		return append(out, f)
	}
	f.State = fmt.Sprintf(words(lang, "%d MiB free of %d", "剩余 %d MiB，共 %d MiB"), h.Free>>20, h.Size>>20)
	if h.Used > 0 {
		f.State += fmt.Sprintf(words(lang, ", up to %d%% of its life used", "，已用寿命不超过 %d%%"), h.Used)
	}
	switch {
	case h.WornOut():
		f.Fault = words(lang, "worn out: replace the board's memory soon, after a backup", "存储器寿命将尽：请备份后尽快更换")
	case h.NearlyFull():
		f.Fault = words(lang, "nearly full: remove old backups and exports from the unit's out folder", "空间不足：请删除 out 文件夹中的旧备份和导出文件")
	}
	return append(out, f)
}
