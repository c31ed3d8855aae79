// @ts-check
// A paper as the unit keeps it, plain text, set as a page without a word changed: its first line is
// the title; a label with two spaces after it is a term; a line with a dash or dot is an item; what
// is indented goes on with the line before. Package notice (paper.go) reads it in the same way.

import {h} from "./dom.js";

/** @typedef {{kind: "p" | "term" | "item", label?: string, words: string, begins: boolean}} Part */

/**
 * @param {string} text
 * @param {string} lang its language, for a reader's voice and the fonts
 * @param {string} [foot] what identifies it
 * @returns {HTMLElement}
 */
export function paper(text, lang, foot = "") {
  const {title, parts} = taken(text);
  const shown = h("article", {class: "sheet", lang: lang === "zh" ? "zh-Hans" : lang}, h("h2", null, title));
  /** @type {HTMLElement | null} */
  let open = null;
  parts.forEach((part, i) => {
    const goesOn = open && !part.begins && parts[i - 1]?.kind === part.kind;
    if (part.kind === "p") open = null;
    else if (!goesOn) open = h(part.kind === "term" ? "dl" : "ul", null);
    const to = open ?? shown;
    if (open && !goesOn) shown.append(open);
    if (part.kind === "p") to.append(h("p", null, part.words));
    else if (part.kind === "item") to.append(h("li", null, part.words));
    else to.append(h("div", null, h("dt", null, part.label), h("dd", null, part.words)));
  });
  if (foot) shown.append(h("p", {class: "foot"}, foot));
  return shown;
}

/** @param {string} text */
function taken(text) {
  let title = "";
  /** @type {Part[]} */
  const parts = [];
  let fresh = true;
  for (const raw of text.split("\n")) {
    const line = raw.trimEnd(), words = line.trimStart(), last = parts[parts.length - 1];
    const item = /^ {0,4}[-·•] (.*)$/.exec(line), term = /^(\S.*?) {2,}(.*)$/.exec(line);
    if (!words) {
      fresh = true;
      continue;
    }
    if (!title) title = words;
    else if (item) parts.push({kind: "item", words: item[1], begins: fresh});
    else if (words !== line && last && last.kind !== "p") last.words = joined(last.words, words);
    else if (term) parts.push({kind: "term", label: term[1], words: term[2], begins: fresh});
    else if (last?.kind === "p" && !fresh) last.words = joined(last.words, words);
    else parts.push({kind: "p", words, begins: fresh});
    fresh = false;
  }
  return {title, parts};
}

const han = /[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]/;

/** @param {string} a @param {string} b @returns {string} with a space, but not between Chinese */
const joined = (a, b) => a + (han.test(a.slice(-1)) && han.test(b.slice(0, 1)) ? "" : " ") + b;
