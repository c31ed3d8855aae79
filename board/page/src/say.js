// @ts-check
// The words of the page in the language that is spoken: say("page.today"), say("page.release",
// "1.2"), and count(id, 12) where it matters how many there are. The table comes with the page
// (words.go); the language is the browser's until somebody chooses, and is kept nowhere.

/** @typedef {Record<string, string | Record<string, string>>} Words */

/** @type {Record<string, Words>} */
let languages = {};
let spoken = "en";
/** @type {Set<() => void>} */
const listeners = new Set();

/**
 * Takes the table, and the first language of the wished ones that it has.
 * @param {Record<string, Words>} table
 * @param {readonly string[]} wished
 */
export function useWords(table, wished) {
  languages = table;
  const has = wished.map((w) => w.split("-")[0].toLowerCase()).find((code) => table[code]);
  spoken = has ?? "en";
}

/** @returns {string} the code of the language that is spoken */
export const language = () => spoken;

/** @returns {string[]} the codes of all languages */
export const allLanguages = () => Object.keys(languages);

/**
 * Speaks another language from now on.
 * @param {string} code
 */
export function speak(code) {
  if (code === spoken || !languages[code]) return;
  spoken = code;
  for (const listener of listeners) listener();
}

/** @param {() => void} listener called when the language has changed */
export function onLanguage(listener) {
  listeners.add(listener);
}

/**
 * A word of the page, with its arguments in their places.
 * @param {string} id
 * @param {...(string | number)} args
 * @returns {string}
 */
export function say(id, ...args) {
  const text = languages[spoken]?.[id];
  return filled(typeof text === "string" ? text : id, args);
}

/**
 * A word about n things. The number is its first argument.
 * @param {string} id
 * @param {number} n
 * @param {...(string | number)} args
 * @returns {string}
 */
export function count(id, n, ...args) {
  const forms = languages[spoken]?.[id];
  if (typeof forms !== "object") return say(id, n, ...args);
  const rules = new Intl.PluralRules(spoken);
  const like = Object.keys(forms).find((sample) => rules.select(Number(sample)) === rules.select(n));
  return filled(forms[like ?? Object.keys(forms)[0]], [n, ...args]);
}

/**
 * @param {string} text
 * @param {(string | number)[]} args
 */
function filled(text, args) {
  return text.replace(/\{(\d)\}/g, (_, n) => String(args[Number(n) - 1] ?? ""));
}

/**
 * The text that a table has for a code of the unit, or other words for one that it has not.
 * @param {Record<string, string>} table
 * @param {string} code
 * @param {string} otherwise
 * @returns {string}
 */
export function sayCode(table, code, otherwise) {
  return Object.hasOwn(table, code) ? table[code] : otherwise;
}

/**
 * A text with a capital at its beginning: a word of the unit that stands alone.
 * @param {string} text
 * @returns {string}
 */
export const capital = (text) => text.slice(0, 1).toUpperCase() + text.slice(1);

/**
 * A moment as the unit tells it, in the site's time: its date and minutes.
 * @param {string | undefined} moment as 2026-11-28T20:15:00+08:00
 * @returns {string}
 */
export function when(moment) {
  return (moment ?? "").slice(0, 16).replace("T", " ");
}

/**
 * The same, in short: today's without the date.
 * @param {string} moment
 * @param {string} now the unit's time
 * @returns {string}
 */
export function briefly(moment, now) {
  return moment.slice(0, 10) === now.slice(0, 10) ? moment.slice(11, 16) : when(moment).slice(5);
}

/**
 * A length of time in its two largest units.
 * @param {number} seconds
 * @returns {string}
 */
export function duration(seconds) {
  const s = Math.round(seconds), m = Math.floor(s / 60), hours = Math.floor(m / 60), days = Math.floor(hours / 24);
  if (days > 0) return say("page.days-hours", days, hours % 24);
  if (hours > 0) return say("page.hours-minutes", hours, m % 60);
  if (m > 0) return say("page.minutes-seconds", m, s % 60);
  return say("page.seconds", s);
}
