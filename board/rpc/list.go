package rpc

import (
	"context"
	"encoding/json"
)

// rows are a piece of a long list, the params of the notification event.
type rows struct {
	ID   json.RawMessage   `json:"id"` // of the request
	Of   string            `json:"of"` // what they are: "people"
	Rows []json.RawMessage `json:"rows"`
}

// listed is the answer after a list.
type listed struct {
	Count int `json:"count"` // of the rows that were sent
}

// fill is how many bytes of rows one event has, more or less: what else the peer waits for stands
// behind a few of them, also on a slow line.
const fill = 4 << 10

// list sends a list of any length in events, in its order.
func list[T, R any](ctx context.Context, c *call, of string, all []T, row func(T) R) listed {
	next, size := rows{ID: c.id, Of: of}, 0
	for i, one := range all {
		text := asJSON(row(one))
		next.Rows = append(next.Rows, text)
		if size += len(text); size >= fill || i == len(all)-1 {
			c.notify(ctx, "event", next)
			next.Rows, size = nil, 0
		}
	}
	return listed{len(all)}
}
