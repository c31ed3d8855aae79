package main

import (
	"fmt"
	"os"
	"os/user"
	"strconv"
	"syscall"

	"menshen/board/config"
)

// loadAsOwner reads a unit's configuration and, for root, changes to the user who owns the
// unit's folder: what this process then writes belongs to the service, and root follows no link
// that the service's user made. It does not change another user, nor root where the folder is
// root's or does not exist. Errors: those of [config.Load]; a configuration that the owner
// cannot read; an owner without an account.
func loadAsOwner(path string) (*config.Config, error) {
	conf, err := config.Load(path)
	if err != nil || os.Geteuid() != 0 {
		return conf, err
	}
	info, err := os.Stat(conf.Unit.Dir)
	if err != nil {
		return conf, nil // opening the vault says what is wrong with it
	}
	uid := int(info.Sys().(*syscall.Stat_t).Uid)
	if uid == 0 {
		return conf, nil
	}
	owner, err := user.LookupId(strconv.Itoa(uid))
	if err != nil {
		return nil, fmt.Errorf("%s belongs to user %d, who has no account: run 'systemd-sysusers', or give the "+
			"folder to a user: %w", conf.Unit.Dir, uid, err)
	}
	if err := becomeUser(uid, owner); err != nil {
		return nil, fmt.Errorf("going on as %s, to whom %s belongs: %w", owner.Username, conf.Unit.Dir, err)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("the service's user %s cannot read the configuration: run 'chmod 644 %s' (%w)",
			owner.Username, path, err)
	}
	return conf, f.Close()
}

// becomeUser gives up root for a user with all their groups, in every thread and for good.
func becomeUser(uid int, u *user.User) error {
	ids, err := u.GroupIds()
	if err != nil {
		return err
	}
	groups := make([]int, len(ids))
	for i, id := range ids {
		if groups[i], err = strconv.Atoi(id); err != nil {
			return err
		}
	}
	gid, err := strconv.Atoi(u.Gid)
	if err != nil {
		return err
	}
	if err := syscall.Setgroups(groups); err != nil {
		return err
	}
	if err := syscall.Setgid(gid); err != nil {
		return err
	}
	return syscall.Setuid(uid)
}
