package main

import (
	"cmp"
	"os"
	"strings"
)

// userLanguage is the language of the user's locale, as far as the program speaks it: "en" or "zh". As POSIX has it, the first of
// LC_ALL, LC_MESSAGES and LANG that is not empty counts.
func userLanguage() string {
	if strings.HasPrefix(cmp.Or(os.Getenv("LC_ALL"), os.Getenv("LC_MESSAGES"), os.Getenv("LANG")), "zh") {
		return "zh"
	}
	return "en"
}
