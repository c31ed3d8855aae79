package check

import "menshen/board/commission"

// What steps write into the report.
type (
	Verdict = commission.Verdict
	Value   = commission.Value
	Result  = commission.Result
	Report  = commission.Report
	Signer  = commission.Signer
)

const (
	Passed     = commission.Passed
	PassedOpen = commission.PassedOpen
	Failed     = commission.Failed
	Skipped    = commission.Skipped
	Absent     = commission.Absent
	Open       = commission.Open
)
