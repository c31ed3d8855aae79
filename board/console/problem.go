package console

import (
	"errors"
	"strings"

	"menshen/board/desk"
)

// sentence is what a desk, or policy, says of a problem, in a language. A sentence that has no Chinese stays as it is, and a figure
// or a part's own words may follow a known beginning.
func sentence(s, lang string) string {
	if lang != "zh" {
		return s
	}
	if zh, ok := chineseSentences[s]; ok {
		return zh
	}
	if known, rest, more := strings.Cut(s, ": "); more && chineseSentences[known+": "] != "" {
		return chineseSentences[known+": "] + rest
	}
	return s
}

// errorText is an error in a language: what is wrong, then the remedy where there is one.
func errorText(err error, lang string) string {
	var p *desk.Problem
	if errors.As(err, &p) {
		return sentence(p.Err.Error(), lang) + text{"; ", "；"}.in(lang) + sentence(p.Remedy, lang)
	}
	var o *optionError
	if errors.As(err, &o) {
		return o.what.in(lang) + o.name
	}
	return sentence(err.Error(), lang)
}

// chineseSentences are the problems and remedies that a manager or technician may meet. A test finds those that the board's and policy's
// sources have and this list has not.
var chineseSentences = map[string]string{
	"a person needs a name":                  "须填写姓名",
	"write the name that staff know them by": "请填写工作人员所知的姓名",
	"it is so already":                       "已经如此",
	"see 'status'":                           "见 status",
	"no passphrase is set":                   "未设置口令",
	"nothing is locked":                      "没有内容被锁定",
	"no such operator":                       "没有此操作员",
	"see 'staff' for their names":            "输入 staff 查看名单",
	"nobody blocks or demotes themselves":    "不能停用或降级本人",
	"let another manager do it":              "请由另一位管理员操作",
	"another person's face is being taken":   "正在录入另一人的人脸",
	"wait until that is done":                "请等其完成",
	"the camera is being aimed already":      "已有人在调整摄像头",
	"end that first":                         "请先结束",
	"that is no age public key":              "不是 age 公钥",
	"it begins with age1; leave it out, and a passphrase is made instead":        "公钥以 age1 开头；不填则改为生成口令",
	"make one on the manager's own machine with age-keygen; it begins with age1": "请在管理员自己的电脑上用 age-keygen 生成，以 age1 开头",
	"that is not the passphrase":                                              "口令错误",
	"try again; cards go on working":                                          "请重试；卡照常使用",
	"that is not this person's card":                                          "这不是本人的卡",
	"consent is the person's own act: ask them to use their own card":         "同意须由本人作出：请其使用自己的卡",
	"the camera's lamp does not work":                                         "摄像头指示灯不亮",
	"repair it: nobody is looked at in the dark":                              "请修复：不得在无提示的情况下看人",
	"the faces are locked":                                                    "人脸数据已锁定",
	"type 'unlock' and the present passphrase first":                          "请先输入 unlock 和现有口令",
	"this person has a face, and no guardian agreed to it":                    "此人已录入人脸，但监护人未曾同意",
	"the lease ends before it begins":                                         "租期结束早于开始",
	"withdraw it first; a guardian may then consent anew":                     "请先撤回人脸，再由监护人重新同意",
	"write an end after the beginning":                                        "请填写晚于开始的结束日期",
	"the notice has changed since it was shown":                               "告知书在出示后已变更",
	"show the present notice and ask again":                                   "请出示现行告知书并重新询问",
	"the secret is too short":                                                 "密码太短",
	"at least 6 digits, or 8 characters":                                      "至少 6 位数字或 8 个字符",
	"the service may not set the clock":                                       "服务无权设置时钟",
	"give it AmbientCapabilities=CAP_SYS_TIME, or set the clock with date(1)": "请为服务设置 AmbientCapabilities=CAP_SYS_TIME，或用 date(1) 校时",
	"this does not look like a living face":                                   "不像真人面部",
	"take away glass and glare, and let the person stand there themselves":    "请移开玻璃和强光，由本人站在镜头前",
	"this is no PIN that holds here":                                          "不是在此足够安全的 PIN",
	"this is somebody's already":                                              "已属于他人",
	"take one that is nobody's, or revoke it there first":                     "请换一个无主的，或先在原处作废",
	"this log-in name is in use":                                              "登录名已被使用",
	"choose another one":                                                      "请换一个",
	"this person's face works already":                                        "此人人脸已可用",
	"withdraw it first to take it anew":                                       "须先撤回才能重新录入",
	"this reason is not one of those kept":                                    "原因不在允许之列",
	"write: lease end, own request or mistake":                                "请写：租期结束、本人要求或误录",
	"this unit has no camera":                                                 "本机没有摄像头",
	"this unit has no card reader":                                            "本机没有读卡器",
	"wire one, and name it in the configuration":                              "请接线并写入配置",
	"no card came": "没有刷卡",
	"try again, and hold the card to the reader within a minute":                  "请重试，并在一分钟内刷卡",
	"no good picture within a minute":                                             "一分钟内没有合格画面",
	"the face was not recognised when its owner came back, so nothing was stored": "本人返回时未能识别，因此未保存",
	"make a backup of what is whole, then 'menshen vault salvage'":                "请先备份完好部分，再运行 menshen vault salvage",
	"see 'status' for what to do":                                                 "处理办法见 status",
	"see the store's line of 'status'":                                            "见 status 中的存储一行",
	"set it again once the disk answers, or it ends with a restart":               "磁盘恢复后请重新设置，否则重启后失效",
	"set [faces] enabled = true in the configuration, and name a camera":          "在配置中设 [faces] enabled = true 并指定摄像头",
	"in force, but not kept: ":                                                    "已生效，但未能保存：",
	"the picture is not shown, because that cannot be recorded now: ":             "此时无法记录，因此不显示画面：",
	"a pass has 1 to 255 uses and ends within seven days":                         "通行码可用 1 至 255 次，七天以内有效",
	"this door takes no passes":                                                   "本门不接受通行码",
	"write [passes] enabled = true into its configuration":                        "请在其配置中写 [passes] enabled = true",
	"this is no pass":                                   "不是有效的通行码",
	"there are too many passes":                         "通行码过多",
	"end some that are not needed: 'passes' lists them": "请作废不需要的：输入 passes 查看",
	"no pass has this key":                              "没有此编号的通行码",
	"'passes' lists them":                               "输入 passes 查看",
	"the unit is stopping":                              "本机正在停止",
	"no notice was shown: show the notice in the person's language first":                             "尚未出示告知书：请先以本人的语言出示",
	"the person did not say yes by an act of their own: ask them to tap their own card to agree":      "本人尚未以自己的行为表示同意：请其刷自己的卡",
	"the person said no before: do not ask again; only their own request opens this again":            "此人曾经拒绝：不得再次询问，仅本人主动提出时方可继续",
	"the person is under 14: a parent or guardian must consent, and who they are must be recorded":    "未满 14 周岁：须由父母或监护人同意，并记录其身份",
	"the person has no working card or PIN: give them one first":                                      "此人没有可用的卡或 PIN：请先办理",
	"the person's card or PIN was never used at this door: let them open the door with it once first": "此人的卡或 PIN 尚未在本门用过：请先开一次门",
	"the person has not consented to face entry: record their consent first":                          "此人尚未同意人脸通行：请先记录其同意",
	"they said no before, and did not say yes with their own card":                                    "此人曾拒绝或撤回，且未以自己的卡表示同意",
	"do not ask again; it is on record, and a manager looks into it within a week: 'inquiry'":         "请勿再询问；此事已记录，由管理员在一周内查明（inquiry）",
	"a pass needs one door, a beginning, an end within seven days of it, and a number of uses":        "通行码须有一扇门、开始时间、七天以内的结束时间和次数",
}
