package cli

import (
	"fmt"
	"os"
	"os/user"
	"strconv"
	"syscall"
)

// BecomeOwner changes root to the user who owns a service's folder, in every thread and for good:
// what this process then writes belongs to the service, and root follows no link that its user
// made. It gives that user; nil: it has not changed another user than root, nor root where the
// folder is root's or does not exist. Error: an owner without an account.
func BecomeOwner(dir string) (*user.User, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	info, err := os.Stat(dir)
	if err != nil {
		return nil, nil // whoever uses the folder says what is wrong with it
	}
	uid := int(info.Sys().(*syscall.Stat_t).Uid)
	if uid == 0 {
		return nil, nil
	}
	owner, err := user.LookupId(strconv.Itoa(uid))
	if err != nil {
		return nil, fmt.Errorf("%s belongs to user %d, who has no account: run 'systemd-sysusers', or give the "+
			"folder to a user: %w", dir, uid, err)
	}
	if err := becomeUser(uid, owner); err != nil {
		return nil, fmt.Errorf("going on as %s, to whom %s belongs: %w", owner.Username, dir, err)
	}
	return owner, nil
}

// becomeUser gives up root for a user with all their groups.
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
