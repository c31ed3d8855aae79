package config

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// explain turns a decoder's error into errors of the form "LINE: what is wrong: what to write".
func explain(err error) Errors {
	var unknown *toml.StrictMissingError
	if errors.As(err, &unknown) && len(unknown.Errors) > 0 {
		var all Errors
		for _, u := range unknown.Errors {
			line, _ := u.Position()
			key := u.Key()
			hint := didYouMean(key[len(key)-1], keysBeside(key))
			all = append(all, atLine(line, fmt.Errorf("unknown key %q%s", strings.Join(key, "."), hint)))
		}
		return all
	}
	var bad *toml.DecodeError
	if errors.As(err, &bad) {
		line, column := bad.Position()
		return Errors{atLine(line, fmt.Errorf("%s (column %d)", strings.TrimPrefix(bad.Error(), "toml: "), column))}
	}
	return Errors{atLine(0, err)}
}

// keysBeside gives the known keys of the table in which an unknown one stands.
func keysBeside(key toml.Key) []string {
	t := reflect.TypeFor[Config]()
	for _, part := range key[:len(key)-1] {
		for i := range t.NumField() {
			if t.Field(i).Tag.Get("toml") == part {
				t = t.Field(i).Type
				break
			}
		}
		if t.Kind() == reflect.Slice {
			t = t.Elem()
		}
		if t.Kind() != reflect.Struct {
			return nil
		}
	}
	var names []string
	for i := range t.NumField() {
		names = append(names, t.Field(i).Tag.Get("toml"))
	}
	return names
}

// didYouMean gives `; did you mean "x"?` when there is a [Nearest] word.
func didYouMean(got string, known []string) string {
	if best := Nearest(got, known); best != "" {
		return fmt.Sprintf("; did you mean %q?", best)
	}
	return ""
}

// Nearest gives the known word that was probably meant: at most about a third of its
// letters differ. Empty: none.
func Nearest(got string, known []string) (best string) {
	distance := len(got)/3 + 2
	for _, k := range known {
		if d := levenshtein(got, k); d < distance {
			best, distance = k, d
		}
	}
	return best
}

// levenshtein counts the letters to add, drop or change to turn a into b.
func levenshtein(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}
