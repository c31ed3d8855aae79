//go:build vboard

package system

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"menshen/policy"
	"menshen/store"
	"menshen/store/audit"
	"menshen/store/keys"
)

// TestCrowd puts 500 people with a card and a face each into the vault, as the desk would, and has
// the unit look at a face. Both processes together keep to 220 MB.
func TestCrowd(t *testing.T) {
	awaitDoor(t)
	sh(t, "systemctl stop menshen")
	addCrowd(t, 500)
	sh(t, "systemctl start menshen")
	awaitDoor(t)
	show(t, "/opt/collins.png")
	took, opened := opens(t, 2*time.Minute, func() {}) // for the one whom TestFaces enrolled
	if !opened {
		t.Fatalf("the face does not open\n%s", state())
	}
	t.Logf("face among 501, from the first picture and the models' loading to the relay: %v", took)
	walkThrough(t)
	var most int
	for range 20 {
		time.Sleep(time.Second)
		mb := resident(t)
		most = max(most, mb)
	}
	t.Logf("resident, both processes, 500 people: at most %d MB; with what the kernel keeps for them, in bytes: %s",
		most, sh(t, "cat "+group+"/memory.peak; head -3 /proc/meminfo; swapon"))
	if most > 220 {
		t.Error("more than 220 MB")
	}
}

func addCrowd(t *testing.T, n int) {
	t.Helper()
	v, err := store.Open("/var/lib/menshen", store.Options{Key: keys.TPM("/dev/tpmrm0", 0)})
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	_, notice, err := v.Notice("en")
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(500, 1))
	for i := range n {
		id, err := v.AddPerson(store.Door, policy.Person{Name: policy.Private(fmt.Sprintf("Crowd %d", i)), Lang: "en"})
		if err != nil {
			t.Fatal(err)
		}
		card := []byte("crowd " + strconv.Itoa(i))
		if _, err := v.AddCredential(store.Door, id, policy.CardKind, card, "grey fob", true); err != nil {
			t.Fatal(err)
		}
		err = v.ChangePerson(store.Door, id, audit.ConsentGiven, func(p *policy.Person) (err error) {
			*p, err = policy.Consent(*p, policy.Yes{At: time.Now(), Notice: notice, Lang: "en", OwnAct: true})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := v.EnrolFace(store.Door, id, [][]float32{face(r)}); err != nil {
			t.Fatal(err)
		}
	}
}

// face gives a template as long as the recogniser's: a random direction, which is like no one's.
func face(r *rand.Rand) []float32 {
	t, sum := make([]float32, 512), 0.0
	for i := range t {
		t[i] = float32(r.NormFloat64())
		sum += float64(t[i]) * float64(t[i])
	}
	for i := range t {
		t[i] /= float32(math.Sqrt(sum))
	}
	return t
}

// group is where the kernel accounts for the service.
const group = "/sys/fs/cgroup/system.slice/menshen.service"

var rss = regexp.MustCompile(`(?m)^Rss:\s+(\d+) kB`)

// resident gives the memory of the service's processes, in MB (10⁶ bytes), what they share counted
// in each.
func resident(t *testing.T) (mb int) {
	t.Helper()
	for pid := range strings.FieldsSeq(sh(t, "cat "+group+"/cgroup.procs")) {
		raw, _ := os.ReadFile("/proc/" + pid + "/smaps_rollup") // it may have ended
		if m := rss.FindSubmatch(raw); m != nil {
			kb, _ := strconv.Atoi(string(m[1]))
			mb += kb * 1024 / 1000000
		}
	}
	return mb
}
