#!/bin/sh
# share.sh PERCENT COMMAND…: runs the command with that share of one core, a part of each 10 ms, by
# the kernel's quota. Root only.
set -eu
period=10000 quota=$((100 * $1))
shift
rmdir /sys/fs/cgroup/cpu/menshen-* /sys/fs/cgroup/menshen-* 2>/dev/null || true # of earlier runs
if [ -d /sys/fs/cgroup/cpu ]; then # version 1
	group=/sys/fs/cgroup/cpu/menshen-$$
	mkdir "$group"
	echo $period >"$group/cpu.cfs_period_us"
	echo $quota >"$group/cpu.cfs_quota_us"
else
	group=/sys/fs/cgroup/menshen-$$
	echo +cpu >/sys/fs/cgroup/cgroup.subtree_control
	mkdir "$group"
	echo $quota $period >"$group/cpu.max"
fi
echo $$ >"$group/cgroup.procs"
exec "$@"
