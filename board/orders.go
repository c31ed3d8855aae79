package board

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"menshen/board/console"
	"menshen/policy"
	"menshen/store"
	"menshen/store/audit"
)

// orders are what an operator ordered for everybody. They hold until an operator ends them, over a restart as well.
type orders struct {
	Lockdown   bool `json:"lockdown"`   // the door stays shut for all but exit, fire, staff and operators
	Evacuation bool `json:"evacuation"` // the door stands open for all, as in fire
}

// paperOrders is the kind of paper that keeps them.
const paperOrders = "orders"

// loadOrders takes up the orders that held when the program ended.
func (u *Unit) loadOrders() error {
	all, err := u.vault.Papers(paperOrders)
	if err != nil {
		return fmt.Errorf("reading the orders in force: %w", err)
	}
	if len(all) == 0 {
		u.site.ordersKnown = true
		return nil
	}
	if err := json.Unmarshal(all[len(all)-1].Body, &u.site.orders); err != nil {
		return fmt.Errorf("reading the orders in force: %w", err)
	}
	u.site.ordersKnown = true
	return nil
}

// obey brings the door to the orders and key switches in force.
func (u *Unit) obey() {
	now := u.now()
	if o := u.site.orders; o.Evacuation != u.door.Evacuation {
		u.step(policy.DoorEvent{At: now, Kind: either(o.Evacuation, policy.EvEvacuateOn, policy.EvEvacuateOff)})
	}
	if u.site.lockdown() {
		u.step(policy.DoorEvent{At: now, Kind: policy.EvLockdown})
	}
	u.keepHours(now)
}

var _ console.Orders = (*Desk)(nil)

// Lockdown begins or ends a lockdown.
func (d *Desk) Lockdown(ctx context.Context, s console.Session, on bool) error {
	return d.order(ctx, s, func(o *orders) bool { was := o.Lockdown; o.Lockdown = on; return was != on })
}

// Evacuate begins or ends an evacuation. A lock that cannot be held open gets its pulse, and the operator is told that this is all.
func (d *Desk) Evacuate(ctx context.Context, s console.Session, on bool) error {
	err := d.order(ctx, s, func(o *orders) bool { was := o.Evacuation; o.Evacuation = on; return was != on })
	if err == nil && on && d.u.doorConf.Impulse {
		return problem(errors.New(words(s.Lang, "an impulse lock cannot be held open: it got one pulse", "脉冲锁无法保持开启：只发出了一个脉冲")),
			words(s.Lang, "wedge the door open by hand; the exit button, and open at the console, give a pulse each", "请人工将门固定在打开位置；出门按钮和控制台 open 每次发出一个脉冲"))
	}
	return err
}

// order changes the orders. They are obeyed at once, also when the disk does not take them: then they end with the program, and the operator is told.
func (d *Desk) order(ctx context.Context, s console.Session, change func(*orders) bool) error {
	by, err := d.allow(s, opensDoor)
	if err != nil {
		return err
	}
	var now orders
	changed := false
	err = d.u.do(ctx, func() {
		if changed = change(&d.u.site.orders); changed {
			now = d.u.site.orders
			d.u.record(store.Entry{Kind: audit.Orders, Actor: by, Detail: map[string]string{
				"lockdown": either(now.Lockdown, "on", "off"), "evacuation": either(now.Evacuation, "on", "off")}})
			d.u.obey()
		}
	})
	if err != nil {
		return err
	}
	if !changed {
		return problem(errors.New("it is so already"), "see 'status'")
	}
	body, err := json.Marshal(now)
	if err == nil {
		_, err = d.u.vault.PutPaper(by, paperOrders, body)
	}
	if err != nil {
		return problem(fmt.Errorf("obeyed, but not kept: %w", err), "give the order again once the disk answers, or it ends with a restart")
	}
	return nil
}
