package release

import "menshen/internal/i18n"

// Messages say what was checked, and what was not, a line each.
func (r *Report) Messages() (all []i18n.Message) {
	say := func(m i18n.Message) { all = append(all, m) }
	say(i18n.M("release.log-whole", "The log of releases is whole, and signed by %s. Releases: %d. "+
		"Root of its tree: %s", r.Publisher, r.Releases, r.Root))
	if r.Expected {
		say(i18n.M("release.log-extends", "It has all that it had earlier; nothing was changed or taken back."))
	}
	say(i18n.M("release.program-published", "The program is the one that was published as release %d, version %s, "+
		"commit %s, in %s. Its SHA-256 is %s.", r.Number, r.Version, r.Commit, r.Package, r.SHA256))
	if r.Number < r.Releases {
		say(i18n.M("release.newer", "A newer release is in the log: %s.", r.Newest))
	}
	say(i18n.M("release.files-compared", "Installed files: as released %d, others %d, not installed %d.",
		len(r.Same), len(r.Changed), len(r.Absent)))
	for _, path := range r.Changed {
		say(i18n.M("release.file-changed", "- NOT that of the release: %s", path))
	}
	for _, path := range r.Absent {
		say(i18n.M("release.file-absent", "- not installed: %s", path))
	}
	say(i18n.M("release.not-checked", "Not checked:"))
	if r.OwnProgram {
		say(i18n.M("release.own-word", "- that this program tells the truth: a changed one can print the same. "+
			"Verify the unit's card in another machine, with --root"))
		say(i18n.M("release.old-process", "- the service, if it was not started again since an update: "+
			"'menshen dossier' says what runs"))
	} else {
		say(i18n.M("release.other-card", "- that the unit runs from this file system, and from no other"))
	}
	if r.OwnKey {
		say(i18n.M("release.own-key", "- that the key is the publisher's: it came with the package of this machine. "+
			"Compare it with what the publisher made known, or give that with --key"))
	}
	say(i18n.M("release.rest-of-system", "- settings, those of systemd too; the vault; kernel and packages of Debian"))
	if !r.Expected {
		say(i18n.M("release.split-view", "- that others are shown the same log: compare the root of its tree "+
			"with theirs, or give an earlier copy with --expect"))
	}
	return all
}
