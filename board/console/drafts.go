package console

import (
	"context"
	"encoding/json"
	"fmt"
	"menshen/internal/i18n"
)

// askFor puts a question until take accepts the answer. A wrong answer is told, and only
// that question is asked again.
func (c *console) askFor(q i18n.Message, take func(answer string) error) error {
	for {
		s, err := c.ask(q)
		if err != nil {
			return err
		}
		if err = take(s); err == nil {
			return nil
		}
		c.problem(err)
	}
}

// draft reads into to what the operator wrote of a paper before and did not file.
func (c *console) draft(ctx context.Context, of string, to any) (found bool, err error) {
	raw, err := c.desk.(Papers).Draft(ctx, c.who, of)
	if err != nil || raw == nil {
		return false, err
	}
	if err := json.Unmarshal(raw, to); err != nil {
		return false, fmt.Errorf("reading the draft: %w", err)
	}
	c.say(i18n.M("console.draft-kept",
		"What you wrote before was kept. Enter keeps a part as it is; writing replaces it."))
	return true, nil
}

// keep keeps a draft; nil forgets it.
func (c *console) keep(ctx context.Context, of string, paper any) error {
	var raw []byte
	if paper != nil {
		var err error
		if raw, err = json.Marshal(paper); err != nil {
			return fmt.Errorf("keeping the draft: %w", err)
		}
	}
	return c.desk.(Papers).KeepDraft(ctx, c.who, of, raw)
}
