package console

import "strings"

// word is a word of the unit's own vocabulary in a table: JSON has it as it is, Chinese columns have it translated.
type word string

// in is w in a language; of "reader outside" the first word is ours and the rest a name.
func (w word) in(lang string) string {
	if lang != "zh" {
		return string(w)
	}
	first, rest, named := strings.Cut(string(w), " ")
	zh, ok := chinese[string(w)]
	switch {
	case ok:
		return zh
	case named && chinese[first] != "":
		return chinese[first] + " " + rest
	}
	return string(w)
}

// chinese is the vocabulary: parts, states of the door, means, kinds of credential, states of face entry, roles.
var chinese = map[string]string{
	"door": "门", "faces": "人脸", "clock": "时钟", "camera": "摄像头", "store": "存储", "reader": "读卡器", "input": "输入", "relay": "继电器",
	"threshold": "阈值", "running": "已运行", "this line": "本线路", "temperature": "温度", "storage": "存储空间", "templates": "人脸模板", "at the door": "门前", "records": "记录", "retention": "保存期限", "output": "输出", "decision": "判定", "record": "记录", "watchdog": "看门狗",
	"locked": "已上锁", "released": "已释放", "open": "已打开", "held": "开门过久", "forced": "强行打开",
	"card": "卡", "pin": "密码", "pass": "通行码", "face": "人脸", "card+face": "卡+人脸", "rex": "出门按钮", "staff": "值守放行", "console": "控制台", "fire": "消防",
	"refused": "已拒绝", "consented": "已同意", "enrolled": "已录入", "withdrawn": "已撤回",
	"installer": "安装员", "technician": "技术员", "manager": "管理员", "auditor": "审计员",
}
