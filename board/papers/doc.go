// Package papers is what a site has on file, beside people and decisions: the impact assessment
// (R-PIA), looks at the sign (R-NOTICE), incidents (R-INCIDENT), filings with the authority
// (R-FILING), people's requests (R-RIGHTS), and what a manager found out when a person was asked
// again after a refusal (R-REFUSE).
//
// The vault keeps papers and never changes one. What can go on (an incident, a request) is filed
// again as a whole under the same ID with each change; the newest counts, and the earlier ones show
// how it went. [Read] gives what holds now. Bodies are JSON.
package papers
