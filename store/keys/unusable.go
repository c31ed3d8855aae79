package keys

import (
	"context"

	"menshen/store/seal"
)

// Unusable gives a [Source] for one that cannot be used, such as one that is configured wrongly: it
// answers everything with why.
func Unusable(why error) Source { return unusable{why} }

type unusable struct{ why error }

func (u unusable) Load(context.Context) ([]seal.Key, error) { return nil, u.why }
func (u unusable) Stage(context.Context, seal.Key) error    { return u.why }
func (u unusable) Settle(context.Context, seal.Key) error   { return u.why }
func (u unusable) Forget(context.Context) error             { return u.why }
func (u unusable) String() string                           { return "an unusable key source" }
