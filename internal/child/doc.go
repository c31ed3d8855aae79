// Package child runs a part of the unit in a process of its own, so that what it parses, or what
// crashes, hangs or is taken over in it, shares no memory with keys, names and templates
// (decision 0002). The eye is one, for the camera; display and voice are others. What such a
// process gives up once it runs is package confine's.
//
// # Parent
//
// [Keep] makes the child from the same binary (a hidden verb) with one end of a socketpair as its
// file descriptor 3, and starts it again whenever it ends, with a pause that doubles from 0.25 s
// to 30 s. A child is killed when it is silent for Spec.Silence, uses more memory than Spec.Memory,
// takes no message for a second, sends one that is malformed or out of turn, or more than
// Spec.Pace of them a second. Nothing that a child does blocks or ends the parent.
//
// # Child
//
// [Main] is the child's whole life: it reads its configuration, and lives by it until the parent
// hangs up. The last thing it says is why it failed.
//
// # Messages
//
// A message has a kind, and each kind its own limit of length, so that a broken peer cannot make
// the other allocate; see [Protocol]. Its checksum is against faults, not against an attacker.
// A child speaks first, and says that it is ready.
package child
