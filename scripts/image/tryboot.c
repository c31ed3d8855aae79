// SPDX-License-Identifier: GPL-2.0-only
/*
 * tryboot: tells the Raspberry Pi's firmware that the next start is a try.
 *
 * "reboot 0 tryboot" is a restart with words (LINUX_REBOOT_CMD_RESTART2). Raspberry Pi's own kernel
 * hands such words to the firmware, which then starts once what stands under [tryboot] in
 * autoboot.txt. Debian's kernel does not: it only tells the firmware that a restart comes. This
 * module adds what is missing. It is loaded by itself where the device tree has the firmware.
 */
#include <linux/module.h>
#include <linux/of.h>
#include <linux/reboot.h>
#include <linux/string.h>
#include <soc/bcm2835/raspberrypi-firmware.h>

/* The tag of the firmware's mailbox, and its one flag. Both are for the next start only. */
#define SET_REBOOT_FLAGS 0x00038064
#define TRYBOOT 1

static struct rpi_firmware *firmware;

/* told is called before the devices are shut down, so the mailbox still works. */
static int told(struct notifier_block *block, unsigned long action, void *words)
{
	u32 flags = TRYBOOT;
	int err;

	if (action != SYS_RESTART || !words || !strstr(words, " tryboot"))
		return NOTIFY_DONE;
	err = rpi_firmware_property(firmware, SET_REBOOT_FLAGS, &flags, sizeof(flags));
	if (err)
		pr_err("tryboot: the firmware does not take the flag: %d\n", err);
	else
		pr_notice("tryboot: the firmware was told\n");
	return NOTIFY_DONE;
}

static struct notifier_block restart = { .notifier_call = told };

static int __init begin(void)
{
	struct device_node *node = rpi_firmware_find_node();
	int err;

	if (!node)
		return -ENODEV;
	firmware = rpi_firmware_get(node);
	of_node_put(node);
	if (!firmware)
		return -ENODEV;
	err = register_reboot_notifier(&restart);
	if (err)
		rpi_firmware_put(firmware);
	return err;
}
module_init(begin);

static void __exit end(void)
{
	unregister_reboot_notifier(&restart);
	rpi_firmware_put(firmware);
}
module_exit(end);

static const struct of_device_id boards[] = {
	{ .compatible = "raspberrypi,bcm2835-firmware" },
	{}
};
MODULE_DEVICE_TABLE(of, boards);

MODULE_DESCRIPTION("The words \"0 tryboot\" of a restart, for the Raspberry Pi's firmware");
MODULE_LICENSE("GPL");
