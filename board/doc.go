// Package board puts a door together from what a configuration names, and runs it: [Open], [New],
// [Door.Run]. It decides nothing itself.
//
// # Where things are
//
// These are the packages below it; each imports only those before it:
//
//   - config, profile: what the installer wrote, and what the board can do
//   - wiring: from the configuration to opened wires, checked files and the vault's options
//   - unit: the loop that decides; the only place where the relay moves
//   - compliance: the unit's own state counted, the rules of the law, the dossier
//   - desk: what an operator may do, by role, in their language
//   - console: the technician's console, on any line
//   - service: control socket, serial line, systemd and its watchdog
//
// Beside them are notice, papers, rights, dossier and pass (what is written or printed), lists (of
// people, for spreadsheets), page (the desk in a browser), release (what was published), outbox
// (the folder for it), host (the computer), check (the installer's self-test) and demo.
package board
