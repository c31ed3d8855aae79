//go:build vboard

package system

import "testing"

// TestCredential is another first day: a vault whose key is a credential that systemd keeps sealed.
// The commands are those that the unit's file names.
func TestCredential(t *testing.T) {
	awaitDoor(t)
	sh(t, "systemctl stop menshen && mv /var/lib/menshen/vault.db /root/ && "+
		`sed -i 's|^source = "tpm:.*"|source = "credential:menshen:/etc/menshen/key"|' /etc/menshen/door.toml`)
	sh(t, "mkdir -p /etc/credstore.encrypted && head -c 32 /dev/urandom | "+
		"systemd-creds encrypt --with-key=host --name=menshen - /etc/credstore.encrypted/menshen")
	sh(t, "echo '"+passphrase+"' | systemd-run --quiet --pipe --wait --uid=menshen "+
		"-p LoadCredentialEncrypted=menshen menshen init --operator anna")
	sh(t, "systemctl start menshen")
	awaitDoor(t)
	anna := serial(t)
	anna.logIn()
	anna.follow("Type yes or no:« yes\nanna>« status\n| locked", nil) // a new operator commits herself first
	if _, opened := opens(t, 5e9, func() { press(t) }); !opened {
		t.Fatalf("the exit button does not open\n%s", state())
	}
	t.Log(sh(t, "ls -l /etc/menshen /etc/credstore.encrypted"))
}
