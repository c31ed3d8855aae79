// Package paint draws scenes: what a door tells (package scene), in the language of whoever stands
// there, as a picture for a display of any size.
//
// A picture is a pictogram and a few words. The pictogram says it too, and each has a shape of its
// own: colour is never all that differs. There are three layouts, by the size of the display:
// large, small, and tiny, which shows what does not fit on pages one after the other.
//
// # How large
//
// Words are read from where people stand. At a large display that is two metres away; the smallest
// meant is one of 7 inches, 154 mm by 86 mm. A title's capitals are at least 16 minutes of arc high
// there, 9.3 mm, the least that ISO 9241-3 and NUREG-0700 (1.3.1-4) allow for text that is read;
// what to do next, below the title, at least 10 minutes, 5.8 mm, which is the line that an eye of
// 20/40 (6/12) just reads. So a title has capitals of at least 109 thousandths of the display's
// short side and the words below of 68; Chinese ones are a quarter larger there, since a letter has
// more strokes. A larger panel is read from farther away.
//
// A small display, 1.3 inches square or more, is read at half a metre, by whoever holds a card to
// the reader below it: 2.4 mm for the title and 1.5 mm for the rest. A tiny one, 0.96 inches or
// more, has 1.5 mm for all it says. The notice is read close to the display, in large print: 4.3 mm
// at 7 inches are the capitals of 17 points. Where words do not fit at their size they are set
// smaller, never cut; a test names the few that are (TestLegible). Another has them read by a
// program, from as many points as an eye of 20/40 has for them (TestReadAcrossTheRoom).
//
// # How calm
//
// Nothing blinks. What moves is a ring that runs down, four times a second, and pages of a tiny
// display that turn every four seconds. Text and pictograms have a contrast of at least 7 to 1.
//
// # How fast
//
// A [Painter] keeps glyphs and pictograms once they are drawn, compares what is to be shown with
// what is there, and paints only where they differ.
package paint
