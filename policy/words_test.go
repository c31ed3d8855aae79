package policy

import "menshen/internal/i18n/catalogue"

// chinese says messages in Chinese.
var chinese = catalogue.In("zh")
