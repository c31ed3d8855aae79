// Package console is the technician's console: what a person at a serial port, or at the local control socket, sees of a
// unit and can do with it. Serve runs one session on one line; the unit stands behind the Desk interface.
package console
