package main

import "menshen/internal/cli"

// What this program has in common with menshen-site.
var (
	langFlag     = cli.LangFlag
	printWrapped = cli.PrintWrapped
	userLanguage = cli.UserLanguage
)
