package haltest

import (
	"slices"
	"sync"

	"menshen/hal/scene"
)

// Presenter keeps the scenes that it is to tell. The zero value is ready.
type Presenter struct {
	mu  sync.Mutex
	all []scene.Scene
}

// Present implements scene.Presenter.
func (p *Presenter) Present(s scene.Scene) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.all = append(p.all, s)
}

// Told gives the scenes since the last call, the oldest first.
func (p *Presenter) Told() []scene.Scene {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := slices.Clone(p.all)
	p.all = nil
	return all
}
