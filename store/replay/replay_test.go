package replay_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"menshen/internal/golden"
	"menshen/internal/i18n"
	"menshen/policy"
	"menshen/policy/policytest"
	"menshen/store"
	"menshen/store/audit"
	"menshen/store/facts"
	"menshen/store/replay"
)

var start = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)

// vault is a new vault with two people.
func vault(t testing.TB) (*store.Vault, []policy.PersonID) {
	t.Helper()
	dir := t.TempDir()
	v, err := store.Create(filepath.Join(dir, "vault"), store.Options{Key: store.KeyFile(filepath.Join(dir, "key")),
		Now: func() time.Time { return start }, Cost: store.Cost{Time: 1, Memory: 64, Lanes: 1}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { v.Close() })
	var ids []policy.PersonID
	for range 2 {
		id, err := v.AddPerson("op", policy.Person{Name: "Li"})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	return v, ids
}

// record records decisions with their facts; change may change each before.
func record(t testing.TB, v *store.Vault, all []policy.Attempt, change func(int, *policy.Decision)) {
	t.Helper()
	told := map[facts.ID]bool{}
	for i, a := range all {
		text, err := facts.SettingsOf(a.Site).Text()
		if err != nil {
			t.Fatal(err)
		}
		under := facts.IDOf(text)
		if !told[under] {
			told[under] = true
			tell(t, v, text)
		}
		d := policy.Decide(a)
		d.Facts = facts.Of(a, d, under)
		if change != nil {
			change(i, &d)
		}
		if _, err := v.RecordDecision(context.Background(), d); err != nil {
			t.Fatal(err)
		}
	}
}

// tell records the settings in force, as the start of a unit does.
func tell(t testing.TB, v *store.Vault, text string) {
	t.Helper()
	_, err := v.Record(context.Background(), store.Entry{Kind: audit.UnitStarted, Actor: store.Door,
		Detail: map[string]string{store.InForce: text}})
	if err != nil {
		t.Fatal(err)
	}
}

func export(t testing.TB, v *store.Vault) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := v.ExportAudit(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// again replays an export, with the vault's keys or without.
func again(t testing.TB, v *store.Vault, keys bool, text []byte, with *replay.Other) ([]replay.Result, replay.Sums,
	store.AuditReport) {
	t.Helper()
	r, open := replay.New(keys, with), v
	if !keys {
		open = nil
	}
	var all []replay.Result
	rep, err := store.ReadExport(bytes.NewReader(text), v.PublicKey(), open, func(e store.Entry) error {
		if res, ok := r.Take(e); ok {
			all = append(all, res)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all, r.Sums, rep
}

// attempts draws attempts of the people.
func attempts(seed uint64, n int, ids []policy.PersonID) (all []policy.Attempt) {
	r := rand.New(rand.NewPCG(seed, 1))
	for range n {
		a := policytest.DrawAttempt(r)
		a.Site.Calendar.Zone = time.FixedZone("UTC+8", 8*3600)
		if a.Person != nil {
			a.Person.ID = ids[r.IntN(len(ids))]
		}
		all = append(all, a)
	}
	return all
}

// TestRAuditReplayAgrees: whatever is asked of a door, recorded and exported, is decided again in
// the same way; a decision that is not the one that the rules give is found, though the unit itself
// recorded and signed it.
func TestRAuditReplayAgrees(t *testing.T) {
	v, ids := vault(t)
	all := attempts(3, 100, ids)
	record(t, v, all, nil)
	results, sums, rep := again(t, v, true, export(t, v), nil)
	if !rep.OK || len(results) != len(all) || sums.All.Agree != len(all) {
		t.Fatalf("%v: %d of %d agree: %+v", rep, sums.All.Agree, len(all), sums)
	}
	forged, others := vault(t)
	record(t, forged, attempts(3, 100, others), func(i int, d *policy.Decision) {
		if i%10 == 0 {
			if d.Grant = !d.Grant; d.Grant {
				d.Reason, d.Release = policy.ReasonCard, 5*time.Second
			} else {
				d.Reason, d.Release = policy.ReasonHours, 0
			}
		}
	})
	results, _, _ = again(t, forged, true, export(t, forged), nil)
	for i, r := range results {
		if r.Verdict == replay.Differs != (i%10 == 0) && r.Verdict != replay.NotReplayable {
			t.Errorf("decision %d: %+v", i, r)
		}
	}
}

// TestRAuditReplayTampered: a fact that was changed in an export breaks its chain, and facts that
// the unit recorded falsely do not give its decision.
func TestRAuditReplayTampered(t *testing.T) {
	v, _ := vault(t)
	stranger := policy.Attempt{At: start, Door: "front", Means: policy.ByCard, Site: policy.Site{Durable: true}}
	record(t, v, []policy.Attempt{stranger, stranger}, nil)
	text := export(t, v)
	at := bytes.Index(text, []byte(`"facts":"`)) + 40
	bad := bytes.Clone(text)
	bad[at] ^= 1
	if _, _, rep := again(t, v, true, bad, nil); rep.OK {
		t.Error("a fact was changed, and the export verifies")
	}
	locked := stranger
	locked.Site.Lockdown = true
	text2, err := facts.SettingsOf(stranger.Site).Text()
	if err != nil {
		t.Fatal(err)
	}
	record(t, v, []policy.Attempt{stranger}, func(_ int, d *policy.Decision) {
		d.Facts = facts.Of(locked, policy.Decide(locked), facts.IDOf(text2))
	})
	results, sums, rep := again(t, v, true, export(t, v), nil)
	if !rep.OK || sums.All.Differ != 1 || results[2].Verdict != replay.Differs || results[2].Check != "no lockdown" {
		t.Errorf("%+v\n%+v", sums, results[2])
	}
}

// TestReplayTellsWhatItCannotMake: each decision that cannot be made again is told with its reason,
// and never counts as one that agrees.
func TestReplayTellsWhatItCannotMake(t *testing.T) {
	v, ids := vault(t)
	a := policy.Attempt{At: start, Door: "front", Means: policy.ByREX, Site: policy.Site{Durable: true}}
	of := func(id policy.PersonID) policy.Attempt {
		x := a
		x.Means, x.Person, x.CredentialID = policy.ByCard, &policy.Person{ID: id,
			Credentials: []policy.Credential{{ID: "c", Kind: policy.CardKind}}}, "c"
		return x
	}
	record(t, v, []policy.Attempt{a, of(ids[0]), of(ids[1]), a, a, a, a}, func(i int, d *policy.Decision) {
		switch i {
		case 3:
			d.Facts = nil
		case 4:
			d.Facts = []byte{0xa1, 0, 9}
		case 5:
			d.Facts = facts.Of(a, *d, facts.ID{1})
		case 6:
			d.Facts = d.Facts[1:]
		}
	})
	if _, err := v.RemovePerson("op", ids[0], "moved out"); err != nil {
		t.Fatal(err)
	}
	text := export(t, v)
	lacks := func(keys bool) string {
		var all []string
		results, _, _ := again(t, v, keys, text, nil)
		for _, r := range results {
			all = append(all, fmt.Sprint(r.Verdict, " ", r.Lack))
		}
		return strings.Join(all, ", ")
	}
	rest := ", agrees , not replayable no facts, not replayable later, not replayable no settings, " +
		"not replayable damaged"
	if got, want := lacks(true), "agrees , not replayable erased"+rest; got != want {
		t.Errorf("with the vault:\n got %s\nwant %s", got, want)
	}
	want := "agrees , not replayable sealed" + strings.Replace(rest, "agrees ", "not replayable sealed", 1)
	if got := lacks(false); got != want {
		t.Errorf("without:\n got %s\nwant %s", got, want)
	}
}

// TestReplayWithOtherSettings: other hours, the two-person rule and a longer release show which
// decisions would have been different, in words.
func TestReplayWithOtherSettings(t *testing.T) {
	v, ids := vault(t)
	zone := time.FixedZone("UTC+8", 8*3600)
	hours := func(from, to int) []policy.Access {
		return []policy.Access{{Group: "tenants", Hours: policy.Schedule{{Days: policy.Always[0].Days, From: from * 60,
			To: to * 60}}}}
	}
	site := policy.Site{Durable: true, Release: 5 * time.Second, Calendar: policy.Calendar{Zone: zone},
		Access: hours(7, 22)}
	var all []policy.Attempt
	for _, at := range []int{6, 8, 21, 23} { // on the wall clock
		for i, id := range ids {
			all = append(all, policy.Attempt{At: time.Date(2026, 3, 10, at, 0, i, 0, zone),
				Clock: policy.Clock{Trusted: true}, Door: "front", Means: policy.ByCard, Site: site, CredentialID: "c",
				Person: &policy.Person{ID: id,
					Groups: []string{"tenants"}, Credentials: []policy.Credential{{ID: "c", Kind: policy.CardKind}}}})
		}
	}
	record(t, v, all, nil)
	text := export(t, v)
	var out strings.Builder
	show := func(name string, with *replay.Other) {
		results, sums, _ := again(t, v, true, text, with)
		fmt.Fprintf(&out, "== %s\n", name)
		for _, r := range results {
			fmt.Fprintln(&out, r.Message(with != nil))
		}
		fmt.Fprintln(&out, strings.Join(sums.Table(i18n.English), "\n"))
	}
	show("as it was", nil)
	later := site
	later.Access = hours(7, 24)
	show("hours until midnight", &replay.Other{Settings: facts.SettingsOf(later)})
	two := site
	two.TwoPersons = 10 * time.Second
	show("two persons", &replay.Other{Settings: facts.SettingsOf(two)})
	long := site
	long.Release = 8 * time.Second
	show("a longer release", &replay.Other{Settings: facts.SettingsOf(long)})
	golden.Compare(t, "testdata/with.txt", []byte(out.String()))
}

func BenchmarkReplay(b *testing.B) {
	v, ids := vault(b)
	all := attempts(3, 200, ids)
	record(b, v, all, nil)
	text := export(b, v)
	b.ResetTimer()
	for range b.N {
		if _, sums, _ := again(b, v, true, text, nil); sums.All.Agree != len(all) {
			b.Fatal(sums)
		}
	}
	b.ReportMetric(float64(b.N*len(all))/b.Elapsed().Seconds(), "decisions/s")
}

// BenchmarkRecord records decisions with their facts and without, in turns.
func BenchmarkRecord(b *testing.B) {
	v, ids := vault(b)
	all := attempts(3, 1000, ids)
	var took [2]time.Duration
	for i := range b.N {
		for with := range 2 {
			a := all[i%len(all)]
			began := time.Now()
			d := policy.Decide(a)
			if with == 1 {
				d.Facts = facts.Of(a, d, facts.ID{1})
			}
			if _, err := v.RecordDecision(context.Background(), d); err != nil {
				b.Fatal(err)
			}
			took[with] += time.Since(began)
		}
	}
	b.ReportMetric(float64(took[1])/float64(took[0]), "ratio")
	b.ReportMetric(float64(took[0].Microseconds())/float64(b.N), "without-µs")
	b.ReportMetric(float64(took[1].Microseconds())/float64(b.N), "with-µs")
}

// TestBytesOfARecord measures what facts add to an entry of an export: -v shows it.
func TestBytesOfARecord(t *testing.T) {
	var size [2]int
	const n = 60
	for with := range 2 {
		v, ids := vault(t)
		record(t, v, attempts(3, n, ids), func(_ int, d *policy.Decision) {
			if with == 0 {
				d.Facts = nil
			}
		})
		for line := range bytes.Lines(export(t, v)) {
			if bytes.Contains(line, []byte(`"kind":"decision"`)) {
				size[with] += len(line)
			}
		}
	}
	t.Logf("bytes a decision in an export: %d without facts, %d with", size[0]/n, size[1]/n)
	if size[1] > size[0]*14/10 {
		t.Errorf("facts make decisions from %d to %d bytes", size[0]/n, size[1]/n)
	}
}
