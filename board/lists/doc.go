// Package lists reads and writes lists of people as spreadsheets do: CSV. It knows no vault. [Read]
// makes rows of bytes, each with its line number and what is wrong with it; [List.Plan] compares
// them with the people that there are, and says line by line what an import would do; [Write] and
// [Template] write.
//
// # Format
//
// UTF-8 with or without a byte order mark, or GB18030. Comma, semicolon or tab, whichever makes
// the headings known. Lines end with LF or CRLF; cells are quoted as in RFC 4180. The first line
// has the headings, in any language of the unit and any order; a column that no heading names is
// not read. At most [MaxBytes], [MaxRows] and [MaxCell].
//
//	name          needed
//	apartment     together with the name it says who is meant
//	handle        says who is meant, in the place of name and apartment, so that these can change
//	lease from    a day, 2027-01-31, or "none"
//	lease ends    the last day, or "none"
//	access groups separated by commas, or "none"
//	language      a code, "zh", or the language's own name
//	cards         numbers separated by semicolons: see [Numbers]
//
// An empty cell leaves a value as it is. There is no column for a face or a consent, and a file
// that has one is refused (R-CONSENT): consent is an act of the person's own.
//
// A cell that a spreadsheet could take for a formula (=, +, -, @, tab or return at its beginning)
// is written with an apostrophe before it, and read without. Nothing in a cell is ever carried out.
package lists
