package main

import (
	"cmp"
	"os"
	"strings"
)

// userLanguage gives the language of the user's locale, "en" or "zh"; "en" where the program does
// not speak it. As in POSIX, the first of LC_ALL, LC_MESSAGES and LANG that is not empty counts.
func userLanguage() string {
	if strings.HasPrefix(cmp.Or(os.Getenv("LC_ALL"), os.Getenv("LC_MESSAGES"), os.Getenv("LANG")), "zh") {
		return "zh"
	}
	return "en"
}
