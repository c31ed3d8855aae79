package unit

import (
	"context"
	"errors"
	"slices"
	"time"

	"menshen/policy"
	"menshen/recognizer"
	"menshen/store"
	"menshen/store/audit"
)

// ApplySite applies records that other doors of the site made, as [store.Vault.ApplySite] does.
// When it returns, the door follows what they order, a face that ended with them opens nothing
// here, and what was made of an erased person to be taken along is gone. The rest is destroyed
// beside the loop.
func (u *Unit) ApplySite(ctx context.Context, records [][]byte) (store.SiteApplied, error) {
	done, err := u.vault.ApplySite(records)
	if done.Orders {
		err = errors.Join(err, u.KeepOrders(context.WithoutCancel(ctx)))
	}
	if ended := slices.Concat(done.Faces, done.Gone); len(ended) > 0 {
		err = errors.Join(err, u.do(context.WithoutCancel(ctx), func() {
			for _, id := range ended {
				u.dropFace(id)
			}
			u.due.hurry()
		}))
	}
	for _, id := range done.Taken {
		err = errors.Join(err, u.takeOver(context.WithoutCancel(ctx), id))
	}
	for _, id := range done.Gone {
		err = errors.Join(err, u.out.DropCopies(id))
	}
	if done.Passes > 0 {
		err = errors.Join(err, u.ReloadPasses(ctx))
	}
	if done.Records > 0 && err == nil {
		err = u.KeepTrust(ctx)
	}
	if done.Records > 0 {
		select {
		case u.heard <- struct{}{}:
		default:
		}
	}
	return done, err
}

// catchUpAfter lets collect what is to be asked and told again: records come in bursts, and where
// several doors erase, many of them cannot be opened.
const (
	catchUpAfter = 2 * time.Second
	catchUpAgain = time.Minute // what was left when the program ended, or the disk refused
)

// keepCaughtUp asks and answers the other doors, until ctx ends.
func (u *Unit) keepCaughtUp(ctx context.Context) {
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-u.heard:
			pause(ctx, catchUpAfter)
		case <-time.After(catchUpAgain):
		}
		_, _ = u.vault.CatchUp() // a vault that does not answer is a fault already, and this is tried again
	}
}

// takeOver has the loop know a face that another door gave to this one. Who looks too much like
// another person here needs their card too.
func (u *Unit) takeOver(ctx context.Context, id policy.PersonID) error {
	f, needsCard := &Face{}, false
	err := u.vault.Face(id, func(p policy.Person, taken [][]float32) error {
		f.Template, needsCard = recognizer.Join(taken), p.Face.CardRequired
		return nil
	})
	if errors.Is(err, store.ErrUnknown) {
		return nil // erased meanwhile
	}
	if err != nil {
		return err
	}
	defer f.Wipe()
	tooLike, _, err := u.LooksLike(ctx, f, id)
	if err == nil && tooLike != needsCard {
		err = u.vault.ChangePerson(store.Door, id, either(tooLike, audit.FaceNeedsCard, audit.FaceAlone),
			func(p *policy.Person) error { p.Face.CardRequired = tooLike; return nil })
	}
	if err != nil {
		return err
	}
	if err := u.do(ctx, func() { delete(u.faces.dropped, id) }); err != nil {
		return err
	}
	return u.Relearn(ctx, id)
}

// EraseTold destroys what other doors erased, and gives when that is done. With nothing to do it
// reads a little, and does nothing. What fails is tried again every minute.
func (u *Unit) EraseTold(ctx context.Context) error {
	u.due.telling.Lock()
	defer u.due.telling.Unlock()
	_, err := u.vault.EraseDue(store.Door)
	if errors.Is(err, store.ErrWaiting) {
		return nil
	}
	_ = u.do(ctx, func() { u.noteTold(err) })
	return err
}
