// Lines, words, and what cannot be seen.

import assert from "node:assert/strict";
import {test} from "node:test";
import {visible} from "../src/dom.js";
import {fromBase64, toBase64} from "../src/file.js";
import {Lines, maxLine} from "../src/lines.js";
import {briefly, count, duration, onLanguage, say, sayCode, speak, useWords, when} from "../src/say.js";

test("lines come whole, however their bytes come", () => {
  const bytes = new TextEncoder().encode("门\r\n\n\rzwei\nrest");
  for (let size = 1; size < bytes.length; size++) {
    const lines = new Lines(), got = [];
    for (let i = 0; i < bytes.length; i += size) got.push(...lines.take(bytes.subarray(i, i + size)));
    assert.deepEqual(got, ["门", "zwei"]);
  }
});

test("a line of the longest length is heard, a longer one is not", () => {
  const lines = new Lines();
  const of = (n) => lines.take(new TextEncoder().encode("x".repeat(n) + "\n")).map((l) => l.length);
  assert.deepEqual(of(maxLine), [maxLine]);
  assert.deepEqual(of(maxLine + 1), []);
  assert.deepEqual(of(3 * maxLine), []);
  assert.deepEqual(of(3), [3]);
  assert.equal(lines.dropped, 2);
});

test("words in two languages", () => {
  const words = {en: {"page.x": "%d is not read, {1} before {2}", "page.n": {1: "{1} person", 2: "{1} people"}},
    zh: {"page.x": "{2} 在 {1} 之后", "page.n": {1: "{1} 人"}}};
  useWords(words, ["fr-FR", "zh-TW", "en"]);
  assert.equal(say("page.x", "{2}", "b"), "b 在 {2} 之后"); // an argument is not read again
  assert.equal(count("page.n", 1), "1 人");
  let told = 0;
  onLanguage(() => told++);
  speak("en");
  speak("en");
  speak("no-such");
  assert.equal(told, 1);
  assert.equal(count("page.n", 1), "1 person");
  assert.equal(count("page.n", 21), "21 people");
  assert.equal(say("page.unknown"), "page.unknown");
  assert.equal(sayCode({a: "A"}, "constructor", "as it is"), "as it is");
});

test("times are the site's", () => {
  useWords({en: {"page.days-hours": "{1}d{2}h", "page.hours-minutes": "{1}h{2}m", "page.minutes-seconds": "{1}m{2}s",
    "page.seconds": "{1}s"}}, []);
  assert.equal(when("2026-11-28T20:15:00+08:00"), "2026-11-28 20:15");
  assert.equal(when(undefined), "");
  assert.equal(briefly("2026-11-28T20:15:00+08:00", "2026-11-28T23:00:00+08:00"), "20:15");
  assert.equal(briefly("2026-11-27T20:15:00+08:00", "2026-11-28T23:00:00+08:00"), "11-27 20:15");
  assert.deepEqual([5, 65, 3700, 90000].map(duration), ["5s", "1m5s", "1h1m", "1d1h"]);
});

test("what steers a reader is shown as a sign", () => {
  assert.equal(visible("\u001b[31m\u0000\u007f"), "␛[31m␀␡");
  assert.equal(visible("a\u202eb\u2066c\u200bd\u0085"), "a‹U+202E›b‹U+2066›c‹U+200B›d‹U+0085›");
  assert.equal(visible("李娜 Müller\n\t"), "李娜 Müller\n\t");
});

test("bytes survive base64", () => {
  const bytes = Uint8Array.from({length: 70000}, (_, i) => i * 7);
  assert.deepEqual(fromBase64(toBase64(bytes)), bytes);
});
