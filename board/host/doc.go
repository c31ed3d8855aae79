// Package host checks what the unit's computer really does, where the law asks: does a process of
// the unit hold an internet socket (R-LOCAL), does a remote-assistance program run (R-LOCAL), can a
// crash or swap write faces to disk, are pictures in the unit's folders (R-STRANGER).
//
// Everything is read from the kernel (proc(5)) and from the files themselves, at each call.
// What cannot be read is an error, never a good answer. [Harden] protects the unit's own
// process; [Look] checks that it did.
//
// # Limits
//
// Programs are known by name (remote.txt): a renamed one is not found, and a shell server for the
// site's own network is not on the list. Pictures are known by how their files begin; archives and
// encrypted files are not opened. Firmware, and other computers on the network, are not seen.
package host
