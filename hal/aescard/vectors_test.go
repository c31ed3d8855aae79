package aescard

import (
	"bytes"
	"encoding/hex"
	"errors"
	"testing"
)

// Examples of NXP's application notes and of others, as public implementations quote them. Each
// test is named by its source:
//
//	RFC 4493, 4                  the four examples of AES-CMAC
//	AN10922, 2.2.1               a diversified key
//	AN12196, 5.3 and 5.4         a message with a code, a file written encrypted
//	AN12196, tables 14, 19, 23   proofs by AES
//	AN12196, 18, 22, 25, 26, 28  settings, a file, keys, UID
//	AN12196, 30; AN12343, 9.2    NXP's signature: NTAG 424 DNA, DESFire Light
//	AN12304, 3.1 to 3.4          LRP: plaintexts, updated keys, 150 vectors (lrp_test.go)
//	AN12321, table 2             a proof by LRP (lrp_test.go)
//	recorded                     a proof and messages of real cards by LRP (lrp_test.go); two
//	                             signatures of proxmark3's collection
//
// Tables of AN12196 are those of revision 2.0.

func raw(s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return b
}

func key(s string) Key { return Key(raw(s)) }

// script is a card that is asked exactly this and answers that.
type script struct {
	t     *testing.T
	lines [][2]string
}

func (s *script) Exchange(apdu []byte) ([]byte, error) {
	s.t.Helper()
	if len(s.lines) == 0 {
		s.t.Fatalf("asked once more: %x", apdu)
	}
	line := s.lines[0]
	s.lines = s.lines[1:]
	if !bytes.Equal(apdu, raw(line[0])) {
		s.t.Fatalf("asked\n%X, not\n%s", apdu, line[0])
	}
	return raw(line[1]), nil
}

// session is one of a table, with its counter.
func session(t *testing.T, ti, enc, mac string, count uint16, lines ...[2]string) *Session {
	return &Session{card: &script{t, lines}, ti: [4]byte(raw(ti)), suite: &byAES{key(enc), key(mac)}, count: count}
}

// RFC 4493, 4: the four examples.
func TestRFC4493CMAC(t *testing.T) {
	k := key("2b7e151628aed2a6abf7158809cf4f3c")
	text := raw("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51" +
		"30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710")
	for n, want := range map[int]string{
		0: "bb1d6929e95937287fa37d129b756746", 16: "070a16b46b4d4144f79bdd9dd04a287c",
		40: "dfa66747de9ae63030ca32611497c827", 64: "51f0bebf7e3b9d92fc49741779363cfe",
	} {
		if got := k.cmac(text[:n]); got != key(want) {
			t.Errorf("%d bytes: %x", n, got[:])
		}
	}
}

// AN10922, 2.2.1: AES-128, from UID, application and system ("NXP Abu").
func TestAN10922Diversify(t *testing.T) {
	got := key("00112233445566778899AABBCCDDEEFF").Diversify(raw("04782E21801D80" + "3042F5" + "4E585020416275")...)
	if got != key("A8DD63A3B89D54B37CA802473FDA9175") {
		t.Errorf("%x", got[:])
	}
}

// Tables 14 (key 0), 19 (key 3) and 23 (key 0 again, within the session of table 19).
func TestAN12196Proof(t *testing.T) {
	for _, x := range []struct {
		no           byte
		a            string
		lines        [][2]string
		ti, enc, mac string
	}{
		{no: 0, a: "13C5DB8A5930439FC3DEF9A4C675360F", lines: [][2]string{
			{"9071000002000000", "A04C124213C186F22399D33AC2A3021591AF"},
			{"90AF00002035C3E05A752E0144BAC0DE51C1F22C56B34408A23D8AEA266CAB947EA8E0118D00",
				"3FA64DB5446D1F34CD6EA311167F5E4985B89690C04A05F17FA7AB2F081206639100"},
		}, ti: "9D00C4DF", enc: "1309C877509E5A215007FF0ED19CA564", mac: "4C6626F5E72EA694202139295C7A7FC7"},
		{no: 3, a: "B98F4C50CF1C2E084FD150E33992B048", lines: [][2]string{
			{"9071000002030000", "B875CEB0E66A6C5CD00898DC371F92D191AF"},
			{"90AF000020FF0306E47DFBC50087C4D8A78E88E62DE1E8BE457AA477C707E2F0874916A8B100",
				"0CC9A8094A8EEA683ECAAC5C7BF20584206D0608D477110FC6B3D5D3F65C3A6A9100"},
		}, ti: "7614281A", enc: "7A93D6571E4B180FCA6AC90C9A7488D4", mac: "FC4AF159B62E549B5812394CAB1918CC"},
	} {
		s := &Session{card: &script{t, x.lines}, rand: bytes.NewReader(raw(x.a))}
		if err := s.proveAES(proveFirst, []byte{x.no, 0}, x.no, Key{}); err != nil {
			t.Fatal(err)
		}
		if got := s.suite.(*byAES); !bytes.Equal(s.ti[:], raw(x.ti)) || got.enc != key(x.enc) ||
			got.mac != key(x.mac) || s.count != 0 {
			t.Errorf("key %d: %x, %x, %x", x.no, s.ti, got.enc[:], got.mac[:])
		}
	}
	s := session(t, "7614281A", "7A93D6571E4B180FCA6AC90C9A7488D4", "FC4AF159B62E549B5812394CAB1918CC", 2,
		[2]string{"90770000010000", "A6A2B3C572D06C097BB8DB70463E22DC91AF"},
		[2]string{"90AF000020BE7D45753F2CAB85F34BC60CE58B940763FE969658A532DF6D95EA2773F6E99100",
			"B888349C24B315EAB5B589E279C8263E9100"})
	s.rand = bytes.NewReader(raw("60BE759EDA560250AC57CDDC11743CF6"))
	if err := s.Again(0, Key{}); err != nil {
		t.Fatal(err)
	}
	if got := s.suite.(*byAES); got.enc != key("4CF3CB41A22583A61E89B158D252FC53") ||
		got.mac != key("5529860B2FC5FB6154B7F28361D30BF9") ||
		!bytes.Equal(s.ti[:], raw("7614281A")) || s.count != 2 {
		t.Errorf("again: %x, %x, %x, %d", s.ti, got.enc[:], got.mac[:], s.count)
	}
}

// 5.3: GetFileSettings with a code.
func TestAN12196MAC(t *testing.T) {
	s := session(t, "7A21085E", "00000000000000000000000000000000", "8248134A386E86EB7FAF54A52E536CB6", 0,
		[2]string{"90F5000009026597A457C8CD442C00",
			"0040EEEE000100D1FE001F00004400004400002000006A00002A474282E7A479869100"})
	out, err := s.Command(MAC, 0xf5, []byte{2}, nil)
	if err != nil || !bytes.Equal(out, raw("0040EEEE000100D1FE001F00004400004400002000006A0000")) {
		t.Errorf("%x, %v", out, err)
	}
}

// 5.4 (a file of 128 bytes) and table 22 (ten bytes): WriteData, encrypted.
func TestAN12196Write(t *testing.T) {
	s := session(t, "7614281A", "7A93D6571E4B180FCA6AC90C9A7488D4", "FC4AF159B62E549B5812394CAB1918CC", 0,
		[2]string{"908D00001F030000000A00006B5E6804909962FC4E3FF5522CF0F8436C0C53315B9C73AA00", "C26D236E4A7C046D9100"})
	if err := s.Write(Full, 3, 0, raw("0102030405060708090A")); err != nil {
		t.Error(err)
	}
	s = session(t, "9D00C4DF", "1309C877509E5A215007FF0ED19CA564", "4C6626F5E72EA694202139295C7A7FC7", 0,
		[2]string{"908D00009F02000000800000421C73A27D827658AF481FDFF20A5025B559D0E3" +
			"AA21E58D347F343CFFC768BFE596C706BC00F2176781D4B0242642A0FF5A42C4" +
			"61AAF894D9A1284B8C76BCFA658ACD40555D362E08DB15CF421B51283F9064BC" +
			"BE20E96CAE545B407C9D651A3315B27373772E5DA2367D2064AE054AF996C6F1" +
			"F669170FA88CE8C4E3A4A7BBBEF0FD971FF532C3A802AF745660F2B4D1D9A8499661EBF300", "FC222E5F7A5424529100"})
	text := raw("0051D1014D550463686F6F73652E75726C2E636F6D2F6E7461673432343F653D3030303030303030" +
		"303030303030303030303030303030303030303030303030" + "26633D30303030303030303030303030303030")
	if err := s.Write(Full, 2, 0, append(text, make([]byte, 128-len(text))...)); err != nil {
		t.Error(err)
	}
}

// Table 18: ChangeFileSettings. The example turns on a mirror, which Protect does not do.
func TestAN12196Protect(t *testing.T) {
	s := session(t, "9D00C4DF", "1309C877509E5A215007FF0ED19CA564", "4C6626F5E72EA694202139295C7A7FC7", 1,
		[2]string{"905F0000190261B6D97903566E84C3AE5274467E89EAD799B7C1A0EF7A0400", "57BFF87B1241E93D9100"})
	if _, err := s.Command(Full, 0x5f, []byte{2}, raw("4000E0C1F121200000430000430000")); err != nil || s.count != 2 {
		t.Error(err)
	}
}

// Tables 25 (another key) and 26 (the session's own): ChangeKey.
func TestAN12196ChangeKey(t *testing.T) {
	const ti, enc, mac = "7614281A", "4CF3CB41A22583A61E89B158D252FC53", "5529860B2FC5FB6154B7F28361D30BF9"
	s := session(t, ti, enc, mac, 2,
		[2]string{"90C4000029022CF362B7BF4311FF3BE1DAA295E8C68DE09050560D19B9E16C2393AE9CD1FAC75D0CE20BCD1D06E600",
			"203BB55D1089D5879100"},
		[2]string{"90C400002900C0EB4DEEFEDDF0B513A03A95A75491818580503190D4D05053FF75668A01D6FDA6610234BDED643200",
			"9100"})
	if err := s.ChangeKey(2, Key{}, key("F3847D627727ED3BC9C4CC050489B966"), 1); err != nil {
		t.Error(err)
	}
	if err := s.ChangeKey(0, Key{}, key("5004BF991F408672B1EF00F08F9E8647"), 1); err != nil {
		t.Error(err)
	}
	if _, err := s.UID(); !errors.Is(err, ErrOver) {
		t.Errorf("the session goes on with a key that is gone: %v", err)
	}
}

// Table 28: GetCardUID.
func TestAN12196UID(t *testing.T) {
	s := session(t, "DF055522", "2B4D963C014DC36F24F69A50A394F875", "379D32130CE61705DD5FD8C36B95D764", 0,
		[2]string{"90510000088E2C155ADDA99BE300", "70756055688505B52A5E26E59E329CD6595F672298EA41B79100"})
	if uid, err := s.UID(); err != nil || !bytes.Equal(uid, raw("04958CAA5C5E80")) {
		t.Errorf("%x, %v", uid, err)
	}
}

// Table 30 of AN12196; AN12343, 9.2 (DESFire Light); and two cards of proxmark3's collection.
func TestAN12196AN12343Genuine(t *testing.T) {
	for uid, signature := range map[string]string{
		"04518DFAA96180": "D1940D17CFEDA4BFF80359AB975F9F6514313E8F90C1D3CAAF5941AD" +
			"744A1CDF9A83F883CAFE0FE95D1939B1B7E47113993324473B785D21",
		"045A115A346180": "1CA298FC3F0F04A329254AC0DF7A3EB8E756C076CD1BAAF47B8BBA6D" +
			"CD78BCC64DFD3E80E679D9A663CAE9E4D4C2C77023077CC549CE4A61",
		"0463474AA26A80": "27E9A50E6CA4BA9037C02F7D20A80D0284D0C1D83C67F5A5AC1D8A4E" +
			"F86C9508417E4E9C6F85AA7920F0ABDED984CAF20467D66EA54BBF08",
		"04C46C222A6380": "344A806EBF704C05C19215D2F840529CE365AAD2D08A469A95896D75" +
			"D477D9FAB02A0C827E9F215BD8EB0E56A3A9A008FB75D706AABBD4DA",
	} {
		if !Genuine(raw(uid), raw(signature)) {
			t.Errorf("%s is NXP's", uid)
		}
		other, broken := raw(uid), raw(signature)
		other[3] ^= 1
		broken[55] ^= 1
		if Genuine(other, raw(signature)) || Genuine(raw(uid), broken) || Genuine(raw(uid), broken[:55]) {
			t.Errorf("%s: a forgery passes", uid)
		}
	}
}
