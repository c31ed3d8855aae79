// Package host looks at what the computer under a unit really does, where the law asks: does a process of the unit hold an internet socket
// (R-LOCAL), does a program run that lets somebody in from afar (R-LOCAL), can a crash or swap write faces to disk, do pictures lie in
// the unit's folders (R-STRANGER).
//
// Everything is read from the kernel (proc(5)) and from the files themselves, at the moment of asking. What cannot be read is an error, never a good
// answer. Harden makes the unit's own process what Look then finds it to be.
//
// # Limits
//
// Programs are known by name (remote.txt): a renamed one is not found, and a shell server for the site's own network is not on the list. Pictures are
// known by how their files begin; what is packed or encrypted is not looked into. A firmware or another computer on the wire is out of sight.
package host
