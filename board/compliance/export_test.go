package compliance

import (
	"menshen/board/host"
	"menshen/policy"
)

// Suppose changes what was counted of people, as if it had been counted so.
func (k *Keeper) Suppose(change func(*policy.PeopleFacts)) {
	k.counted.mu.Lock()
	defer k.counted.mu.Unlock()
	change(&k.counted.facts.People)
	k.counted.version++
}

// LoseSigns forgets that signs were seen.
func (k *Keeper) LoseSigns() { k.counted.file.Signs = nil }

// Fresh is as after a start, with the machine really looked at.
func (k *Keeper) Fresh() { k.look, k.counted.log = host.Look, logCount{} }

// ExitFault is what may keep people in.
func (k *Keeper) ExitFault() error { return k.exitFault() }
