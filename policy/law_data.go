package policy

import (
	"slices"
	"time"
)

// EraseWithin is the backstop: face data that has no purpose any more is gone by then, whatever stood in the way.
const EraseWithin = 15 * 24 * time.Hour

// Daily is how often the log is verified and old records are purged, with an hour's grace.
const Daily = 25 * time.Hour

// purposes are all that a model in the unit may be for (R-PURPOSE).
var purposes = []string{"detect", "landmark", "embed", "liveness", "eye"}

// lawOfData is what happens to data.
var lawOfData = []Rule{
	{
		ID: RuleErase, Source: "PIPL 47, FRT 8, SPC 12, NDS, case 1", Protects: true,
		says: words{
			"When the purpose ends, face data is destroyed: at once, within 15 days at the latest, in every copy on the unit.",
			"目的终止时销毁人脸数据：即时销毁，最迟不超过15日，包括设备上的所有副本。",
		},
		counted: ofStore,
		demands: []demand{{
			met: func(f *UnitFacts) bool {
				return f.Store.EraseFrom.IsZero() || within(f.At, f.Store.EraseFrom, EraseWithin)
			},
			wrong:  words{"Face data that should be gone has been kept for more than 15 days.", "应删除的人脸数据已超过15日未删除。"},
			remedy: words{"Erase it now; if that fails, replace the storage and destroy the old one.", "请立即删除；如失败，请更换存储并销毁旧存储。"},
		}, {
			soon:   true,
			met:    func(f *UnitFacts) bool { return f.Store.EraseFrom.IsZero() },
			wrong:  words{"Face data waits to be erased.", "有人脸数据等待删除。"},
			remedy: words{"Look at the store's faults; the unit tries again by itself.", "请查看存储故障，设备会自动重试。"},
		}, {
			met:    func(f *UnitFacts) bool { return f.Store.EraseFailed == 0 },
			wrong:  words{"After an erasure, remains were found.", "删除后仍发现残留。"},
			remedy: words{"Erase again; if remains are found again, replace the storage and destroy the old one.", "请再次删除；如仍有残留，请更换存储并销毁旧存储。"},
		}},
	},
	{
		ID: RuleStranger, Source: "PIPL 6, FRT 4, GB/T 35273-2020 6.3, case 1", Protects: true,
		says: words{
			"Of people who are not enrolled nothing is kept, and of the enrolled no pictures.",
			"对未登记者不留存任何数据；对已登记者不留存图像。",
		},
		counted: both(ofPeople, ofMachine),
		demands: []demand{{
			met:    func(f *UnitFacts) bool { return f.People.Strays == 0 },
			wrong:  words{"Face data is stored that belongs to nobody on record.", "存有不属于任何登记人员的人脸数据。"},
			remedy: words{"Erase it, and find out where it came from.", "请删除并查明来源。"},
		}, {
			met:    func(f *UnitFacts) bool { return f.Machine.Pictures == 0 },
			wrong:  words{"Pictures of people lie in the unit's folders.", "设备目录中存有人员图像。"},
			remedy: words{"Delete them, and find out where they came from.", "请删除并查明来源。"},
		}, {
			met:    func(f *UnitFacts) bool { return f.Machine.DumpsOff || f.Bench },
			wrong:  words{"A crash, or swap, could write faces in memory to disk.", "程序崩溃或内存交换可能将内存中的人脸写入磁盘。"},
			remedy: words{"Switch core dumps and swap off.", "请关闭核心转储和交换分区。"},
		}, {
			soon:   true,
			met:    func(f *UnitFacts) bool { return f.Machine.DumpsOff || !f.Bench },
			wrong:  words{"This is a bench unit on a machine where a crash, or swap, could write memory to disk.", "此为测试设备，所在机器的程序崩溃或内存交换可能将内存写入磁盘。"},
			remedy: words{"Before real use, switch core dumps and swap off, and end the bench mode.", "正式使用前请关闭核心转储和交换分区，并关闭测试模式。"},
		}},
	},
	{
		ID: RulePurpose, Source: "PIPL 6 and 28, case 2", Protects: true,
		says: words{
			"The unit finds out one thing: is this an enrolled, consenting person at this door now. No age, no sex, no mood, no counting.",
			"设备只判断一件事：此刻门前是否为已登记且同意的人。不判断年龄、性别、情绪，不统计人数。",
		},
		counted: ofMachine,
		demands: []demand{{
			met: func(f *UnitFacts) bool {
				return !slices.ContainsFunc(f.Machine.Models, func(m string) bool { return !slices.Contains(purposes, m) })
			},
			wrong:  words{"A model is loaded that serves another purpose.", "加载了用于其他目的的模型。"},
			remedy: words{"Take it out of the model manifest and delete its file.", "请从模型清单中移除并删除其文件。"},
		}},
	},
	{
		ID: RuleLocal, Source: "FRT 8, case 1", Protects: true,
		says: words{
			"Face data stays in the unit. It opens no internet connection, and nobody reaches it from afar.",
			"人脸数据仅存于设备内。设备不联网，任何人不能远程访问。",
		},
		counted: ofMachine,
		demands: []demand{{
			met:    func(f *UnitFacts) bool { return f.Machine.Sockets == 0 },
			wrong:  words{"A process of the unit holds an internet socket.", "设备进程打开了网络连接。"},
			remedy: words{"Stop the unit, and have the software checked before it runs again.", "请停用设备，经检查软件后再启用。"},
		}, {
			met:    func(f *UnitFacts) bool { return f.Machine.RemoteTools == 0 || f.Bench },
			wrong:  words{"A remote-assistance program was found.", "发现远程协助软件。"},
			remedy: words{"Remove it.", "请卸载。"},
		}, {
			met:    func(f *UnitFacts) bool { return f.Machine.Confined || f.Bench },
			wrong:  words{"The process that sees faces is not confined.", "处理人脸的进程未被隔离。"},
			remedy: words{"Use a kernel with Landlock (Linux 5.13 or newer), and look at the unit's faults.", "请使用支持 Landlock 的内核（Linux 5.13 或更高），并查看设备故障。"},
		}, {
			soon:   true,
			met:    func(f *UnitFacts) bool { return f.Machine.RemoteTools == 0 && f.Machine.Confined || !f.Bench },
			wrong:  words{"This is a bench unit on a machine with a remote-assistance program, or that cannot confine the process that sees faces.", "此为测试设备，所在机器有远程协助软件，或无法隔离处理人脸的进程。"},
			remedy: words{"Before real use, take another machine or mend this one, and end the bench mode.", "正式使用前请更换或修复该机器，并关闭测试模式。"},
		}},
	},
	{
		ID: RuleEncrypt, Source: "PIPL 51, FRT 14, case 1", Protects: true,
		says: words{
			"Face data and personal data are encrypted where they are stored, and the key does not lie beside them.",
			"人脸数据和个人信息加密存储，密钥不与数据放在一起。",
		},
		counted: ofStore,
		demands: []demand{{
			met:    func(f *UnitFacts) bool { return f.Store.Sealed },
			wrong:  words{"Records were found that are not encrypted.", "发现未加密的记录。"},
			remedy: words{"Check the store; restore a backup into a new one if it is damaged.", "请检查存储；如已损坏，请将备份恢复到新存储。"},
		}, {
			met:    func(f *UnitFacts) bool { return f.Store.KeyApart || f.Bench },
			wrong:  words{"The key lies in clear beside the data.", "密钥以明文与数据放在一起。"},
			remedy: words{"Change the key source to a sealed credential, a TPM or a passphrase.", "请将密钥来源改为加密凭据、TPM 或口令。"},
		}, {
			soon:   true,
			met:    func(f *UnitFacts) bool { return f.Store.KeyApart || !f.Bench },
			wrong:  words{"This is a bench unit with its key beside the data: not for data of real people.", "此为测试设备，密钥与数据放在一起，不得用于真实人员的数据。"},
			remedy: words{"Before real use, change the key source and end the bench mode.", "正式使用前请更换密钥来源并关闭测试模式。"},
		}},
	},
	{
		ID: RuleAudit, Source: "PIPL 54 and 55, FRT 14", Protects: true,
		says: words{
			"Every decision and every act on personal data is recorded so that tampering shows.",
			"每次判定和每次对个人信息的操作均有记录，篡改可被发现。",
		},
		counted: ofStore,
		demands: []demand{{
			met:    func(f *UnitFacts) bool { return f.Store.AuditWhole },
			wrong:  words{"The audit log does not verify.", "审计记录校验失败。"},
			remedy: words{"Export the log, keep the unit as it is, and open an incident.", "请导出记录、保持设备现状并启动事件处置。"},
		}, {
			met:    func(f *UnitFacts) bool { return within(f.At, f.Store.AuditChecked, Daily) },
			wrong:  words{"The audit log was not verified for more than a day.", "审计记录已超过一天未校验。"},
			remedy: words{"Verify it now.", "请立即校验。"},
		}},
	},
	{
		// Entries kept for too long are the staff's to mend; they hold no face data.
		ID: RuleRetain, Source: "PIPL 19, FRT 8",
		says: words{
			"Each kind of record is kept no longer than it was set, and purged daily.",
			"各类记录的保存不超过设定期限，并每日清理。",
		},
		counted: ofStore,
		demands: []demand{{
			met:    func(f *UnitFacts) bool { return within(f.At, f.Store.Purged, Daily) },
			wrong:  words{"Old records were not purged for more than a day.", "已超过一天未清理过期记录。"},
			remedy: words{"Run the purge, and look at the store's faults.", "请执行清理并查看存储故障。"},
		}, {
			met:    func(f *UnitFacts) bool { return f.Store.Overdue == 0 },
			wrong:  words{"Records are older than their retention allows.", "有记录超过保存期限。"},
			remedy: words{"Run the purge.", "请执行清理。"},
		}},
	},
}
