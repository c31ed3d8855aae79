package papers

import (
	"menshen/board/notice"
	"menshen/internal/i18n"
)

// AssessedFor is for how many years an assessment may be valid (FRT 9). It is kept as long.
const AssessedFor = 3

// Part is a part of a paper that staff write in words of their own.
type Part[Paper, Words any] struct {
	Name         string // by which programs know it
	Title, Guide i18n.Message
	Of           func(*Paper) *Words
}

// Parts are the four that an assessment must have (PIPL 55 and 56, FRT 9), with a guide to each.
func Parts() []Part[Assessment, string] {
	return []Part[Assessment, string]{
		{"necessity", i18n.M("console.assess-purpose", "1 of 4. Purpose, and why it is necessary"),
			i18n.M("console.assess-purpose-guide", "Why faces at this door, when a card opens it too? For whom, and "+
				"about how many? Would less do? Is it lawful, for this one purpose?"),
			func(a *Assessment) *string { return &a.Necessity }},
		{"impact", i18n.M("console.assess-impact", "2 of 4. Impact on people"),
			i18n.M("console.assess-impact-guide", "What does it mean for those who say yes, for those who say no, for "+
				"children, elderly and disabled people, for visitors and passers-by?"),
			func(a *Assessment) *string { return &a.Impact }},
		{"risks", i18n.M("console.assess-risks", "3 of 4. Risks"),
			i18n.M("console.assess-risks-guide", "What if data leaks, one person is taken for another, a photo opens, "+
				"the unit is stolen, staff misuse it? How likely, how bad?"),
			func(a *Assessment) *string { return &a.Risks }},
		{"measures", i18n.M("console.assess-measures", "4 of 4. Measures"),
			i18n.M("console.assess-measures-guide",
				"What is done against each risk, and is it enough? The unit's own: templates only, encrypted, "+
					"no network, erased at once with proof, every act on record. The site's: sign, training, who "+
					"may do what, what happens after a leak."),
			func(a *Assessment) *string { return &a.Measures }},
	}
}

// IncidentParts are what the letters of an incident say (PIPL 57). The last may be empty.
func IncidentParts() []Part[Incident, notice.Words] {
	return []Part[Incident, notice.Words]{
		{Name: "what", Title: i18n.M("console.incident-what", "What happened, and how"),
			Of: func(i *Incident) *notice.Words { return &i.What }},
		{Name: "effect", Title: i18n.M("console.incident-effect", "Possible consequences for those affected"),
			Of: func(i *Incident) *notice.Words { return &i.Effect }},
		{Name: "taken", Title: i18n.M("console.incident-taken", "Measures taken"),
			Of: func(i *Incident) *notice.Words { return &i.Taken }},
		{Name: "planned", Title: i18n.M("console.incident-planned", "Measures planned"),
			Of: func(i *Incident) *notice.Words { return &i.Planned }},
	}
}

// KindName is a kind of data in a word or two. Letters have a sentence for it.
func KindName(k notice.Kind) i18n.Message {
	return map[notice.Kind]i18n.Message{
		notice.KindFaces:   i18n.M("console.kind-faces", "faces"),
		notice.KindPeople:  i18n.M("console.kind-people", "people"),
		notice.KindCards:   i18n.M("console.kind-cards", "cards"),
		notice.KindEntries: i18n.M("console.kind-entries", "entries"),
		notice.KindStaff:   i18n.M("console.kind-staff", "staff"),
	}[k]
}

// AskName is one of [Asks] in words.
func AskName(ask string) i18n.Message {
	return map[string]i18n.Message{
		"see":     i18n.M("papers.ask-see", "see what is stored"),
		"copy":    i18n.M("papers.ask-copy", "have a copy"),
		"correct": i18n.M("papers.ask-correct", "have it corrected"),
		"delete":  i18n.M("papers.ask-delete", "have it deleted"),
		"explain": i18n.M("papers.ask-explain", "have the rules explained"),
		"other":   i18n.M("papers.ask-other", "something else"),
	}[ask]
}
