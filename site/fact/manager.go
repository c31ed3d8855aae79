package fact

// Manager is a key to which the doors of a site seal what they tell their managers: an age
// recipient. The later word about a key counts.
type Manager struct {
	Key  string       `cbor:"key"`
	Name Said[string] `cbor:"name"` // whose it is; empty: it was taken away
}

// Gone reports whether the key was taken away.
func (m Manager) Gone() bool { return m.Name.Value == "" }

// Merge joins what was told about one key.
func (m Manager) Merge(o Manager) Manager {
	m.Name = m.Name.merge(o.Name)
	return m
}
