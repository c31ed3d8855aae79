// Package i18n holds what the unit says in more than one language.
package i18n

import "strings"

// Word says a word of the unit's own vocabulary in a language; what is not of it stays as it is. Of "reader outside" the first word is ours
// and the rest a name.
func Word(w, lang string) string {
	if lang != "zh" {
		return w
	}
	first, rest, named := strings.Cut(w, " ")
	zh, ok := chinese[w]
	switch {
	case ok:
		return zh
	case named && chinese[first] != "":
		return chinese[first] + " " + rest
	}
	return w
}

// InChinese reports whether the vocabulary has a word.
func InChinese(w string) bool { return chinese[w] != "" }

// chinese is the vocabulary: parts, states of the door, means, kinds of credential, reasons and rules of decisions, what is wrong with a picture,
// why faces are off, states of face entry, roles.
var chinese = map[string]string{
	"door": "门", "people": "人员", "faces": "人脸", "clock": "时钟", "camera": "摄像头", "store": "存储", "reader": "读卡器", "input": "输入", "relay": "继电器",
	"threshold": "阈值", "running": "已运行", "this line": "本线路", "temperature": "温度", "storage": "存储空间", "templates": "人脸模板", "at the door": "门前", "tries": "尝试", "records": "记录", "retention": "保存期限", "output": "输出", "decision": "判定", "record": "记录", "watchdog": "看门狗",
	"locked": "已上锁", "released": "已释放", "open": "已打开", "held": "开门过久", "forced": "强行打开", "guessing": "猜密码", "strange tries": "未知凭证", "times": "次数", "PINs": "PIN", "codes": "错误密码",
	"card": "卡", "pin": "密码", "pass": "通行码", "face": "人脸", "card+face": "卡+人脸", "rex": "出门按钮", "staff": "值守放行", "console": "控制台", "fire": "消防",
	"relock": "释放结束", "opened": "门已打开", "closed": "门已关上", "fire over": "火警解除",
	"all clear": "疏散解除", "free over": "自由通行结束", "check": "自检", "free passage": "自由通行", "evacuate": "疏散", "release": "放行",
	"lockdown": "封闭", "no vault": "存储库未打开", "means": "方式不明", "unknown": "未登记", "revoked": "已作废", "keypad rest": "键盘暂停", "key elsewhere": "属于其他门", "no clock": "时钟未校准",
	"key ahead": "凭证未生效", "key ended": "凭证已过期", "key spent": "次数用完", "not counted": "无法计次", "faces off": "人脸停用", "not durable": "记录不可用",
	"face rest": "人脸暂停", "no face": "未见人脸", "quality": "画面不清", "frames": "画面不足", "not live": "非真人", "no match": "未识别", "ambiguous": "难以区分",
	"no consent": "未同意", "no guardian": "无监护人同意", "no other way": "无其他凭证", "card too": "须同时刷卡", "blocked": "已停用", "lease ahead": "租期未开始",
	"lease over": "租期已结束", "hours": "不在时段", "passback": "刚已进入", "interlock": "另一门未关", "second person": "须两人",
	"means known": "方式已知", "no lockdown": "未封闭", "keypad not resting": "键盘未暂停", "vault open": "存储库已打开", "key known": "凭证已登记", "key not revoked": "凭证未作废",
	"key for this door": "凭证属于本门", "clock can date it": "时钟可判定", "key begun": "凭证已生效", "key not over": "凭证未过期", "key not used up": "次数未用完",
	"use can be counted": "可计次", "faces on": "人脸启用", "log durable": "记录可用", "faces not resting": "人脸未暂停", "face seen": "已见人脸", "picture good": "画面良好",
	"frames agree": "多帧一致", "alive": "真人", "face known": "人脸已登记", "like nobody else": "不与他人混淆", "not blocked": "未停用", "lease begun": "租期已开始",
	"lease not over": "租期未结束", "face alone allowed": "可仅用人脸", "in their hours": "在其时段内", "not in just now": "非刚进入", "other door closed": "另一门已关",
	"no face to show": "无须再看脸", "card is enough": "仅刷卡即可", "face too": "还须看脸", "pin too": "还须输入密码",
	"two persons": "两人齐",
	"refused":     "已拒绝", "consented": "已同意", "enrolled": "已录入", "withdrawn": "已撤回",
	"come closer": "太远", "step back": "太近", "too dark": "太暗", "too bright": "太亮", "hold still": "未站稳", "look straight": "未正对镜头", "uncover": "面部被遮挡",
	"one at a time":                     "不止一人",
	"switched off in the configuration": "配置中已停用", "the camera has a fault": "摄像头故障", "locked until the passphrase is typed": "待输入口令",
	"the camera is being aimed": "正在调整摄像头", "the rules are being checked": "正在核查各项规则",
	"person": "人员及其全部信息", "withdrawn by the person": "本人撤回", "withdrawn at the door": "本人在门口刷卡撤回", "lease end": "租期结束", "own request": "本人要求", "mistake": "误录",
	"no credential left beside the face (R-ALT)": "已无其他进门方式（R-ALT）",
	"opens": "有效", "ended": "已作废", "over": "已过期", "used up": "已用完", "not yet": "未生效",
	"installer": "安装员", "technician": "技术员", "manager": "管理员", "auditor": "审计员",
}
