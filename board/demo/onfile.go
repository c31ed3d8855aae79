package demo

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"menshen/board/papers"
	"menshen/policy"
)

// onFile does what a site must do before faces work. The rules say what is missing; the manager
// writes the impact assessment and looks at the sign.
func (s *story) onFile(ctx context.Context) error {
	all, err := s.desk.Law(ctx, s.staff)
	if err != nil {
		return err
	}
	for _, f := range all {
		for _, p := range f.Problems {
			if f.State == policy.Broken && f.Rule.Protects && !p.Soon {
				s.say("faces are off, %s: %v %v", f.Rule.ID, p.Message(), p.Remedy())
			}
		}
	}
	err = s.desk.PutAssessment(ctx, s.staff, papers.Assessment{
		Author: "Anna, building manager (demo)", Until: time.Now().AddDate(1, 0, 0),
		Necessity: "Hands full, wheelchairs, children: some residents asked for a door that opens without a card. " +
			"Only for those who ask.",
		Impact: "A person who says no keeps their card, the same door and the same hours. A face cannot be " +
			"replaced once it leaks.",
		Risks: "A photo held up; a person who looks alike; a stolen unit; staff who look up what they " +
			"must not see.",
		Measures: "Templates only, encrypted, in this unit; liveness; erased at once with a receipt; every " +
			"look-up recorded; two languages at the desk.",
	})
	if err := errors.Join(err, s.desk.SeeSign(ctx, s.staff)); err != nil {
		return err
	}
	if all, err = s.desk.Law(ctx, s.staff); err != nil {
		return err
	}
	if err := s.tell(); err != nil {
		return err
	}
	if off := policy.FacesOff(all); off != "" {
		return fmt.Errorf("impact assessment and sign are on file, and faces are still off because of %s: "+
			"see 'menshen console', command law: %w", off, errOtherwise)
	}
	states := map[policy.RuleState]int{}
	var due []string
	for _, f := range all {
		if states[f.State]++; f.State != policy.Kept {
			due = append(due, string(f.Rule.ID))
		}
	}
	s.say("the impact assessment is on file and the sign confirmed: faces may work. Of %d rules %d are kept; due "+
		"on this demo unit: %s",
		len(all), states[policy.Kept], strings.Join(due, ", "))
	return nil
}
