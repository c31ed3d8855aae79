// @ts-check
// A list is brought in: the file goes to the unit, which says line by line what it would do; after a
// yes it is done as one act, all of it or nothing. Where the line is lost meanwhile, the page says
// afterwards which of the two it was (lists_last.js tells it what the unit did last).

import {fill, h, name, put} from "./dom.js";
import {send} from "./file.js";
import {takeList} from "./lists_take.js";
import {count, say, when} from "./say.js";
import {call} from "./session.js";
import {table} from "./table.js";
import {announce, badge, button, facts, note, problem, progress} from "./ui.js";

/** @typedef {import("./types.d.ts").Place} Place */

/**
 * An import: its file's name, the list's SHA-256 once the unit has planned it, and the entry of the
 * import before it.
 * @typedef {{name: string, file: string, entry: number}} Begun
 */

/** The import that was under way and whose end the page has not heard. @type {Begun | null} */
let unheard = null;

/** @returns {Promise<any>} the last import that can be undone; null: none */
export async function lastImport(/** @type {AbortSignal} */ signal) {
  try {
    return await call("import.last", {}, {signal});
  } catch (error) {
    if (/** @type {any} */ (error).what === "desk.no-import") return null;
    throw error;
  }
}

/** @param {HTMLElement} where @param {Place} place @param {() => Promise<void>} changed */
export async function showImport(where, place, changed) {
  const heading = where.querySelector("h2"), told = h("div"), body = h("div");
  fill(where, heading, told, body);
  /** @param {...any} what */
  const begin = (...what) => fill(body, ...what, chooser(place, (file) => plan(file)));
  const plan = async (/** @type {File} */ file) => {
    fill(told);
    const stop = new AbortController();
    place.signal.addEventListener("abort", () => stop.abort());
    const how = progress(say("page.sending-file"), () => stop.abort());
    fill(body, how.element);
    try {
      if (unheard === null) unheard = {name: file.name, file: "", entry: 0};
      await send(file, how.take, stop.signal);
      const made = await call("import.plan", {}, {signal: stop.signal, timeout: 120000});
      unheard = null;
      fill(body, planned(file.name, made, place, carryOut, () => begin()));
      /** @type {HTMLElement | null} */ (body.querySelector("h3"))?.focus();
    } catch (error) {
      if (!place.signal.aborted) unheard = null;
      begin(problem(error));
    }
  };
  const carryOut = async (/** @type {string} */ of, /** @type {any} */ made) => {
    const how = progress(say("page.importing"));
    fill(body, how.element);
    try {
      unheard = {name: of, file: made.file, entry: (await lastImport(place.signal))?.entry ?? 0};
      const done = await call("import.do", {file: made.file}, {timeout: 0, onProgress: how.take});
      unheard = null;
      begin(note("good", h("p", null, h("strong", null, say("page.imported", done.added, done.changed, done.cards))),
        h("p", null, say("page.can-be-undone", when(done.until)))));
      announce(say("page.imported", done.added, done.changed, done.cards));
      await changed();
    } catch (error) {
      if (!place.signal.aborted) unheard = null;
      begin(problem(error));
    }
  };
  begin();
  if (unheard) put(told, await afterwards(place));
}

/** What became of an import whose end was not heard. @param {Place} place */
async function afterwards(place) {
  const was = /** @type {Begun} */ (unheard);
  unheard = null;
  const last = was.file ? await lastImport(place.signal) : null;
  const whole = last && last.file === was.file && last.entry !== was.entry;
  return note(whole ? "good" : "warn", h("p", null, h("strong", null, whole
    ? say("page.was-done", was.name, last.added, last.changed) : say("page.was-not-done", was.name))),
  !whole && h("p", null, say("page.import-it-again")));
}

/** Where a file is dropped or chosen. @param {Place} place @param {(file: File) => void} take */
function chooser(place, take) {
  const input = h("input", {type: "file", id: "list-file", accept: ".csv,text/csv,text/plain", class: "hidden"});
  input.addEventListener("change", () => input.files[0] && take(input.files[0]));
  const told = h("div");
  const zone = h("div", {class: "drop"}, h("p", null, h("strong", null, say("page.drop-list"))),
    h("p", {class: "hint"}, say("page.drop-hint")), input,
    h("div", {class: "buttons"}, h("label", {for: "list-file", class: "button main"}, say("page.choose-list")),
      button(say("page.list-template"), () => takeList("template", told, place))), told);
  const over = (/** @type {boolean} */ on) => zone.classList.toggle("over", on);
  for (const kind of ["dragenter", "dragover"]) {
    zone.addEventListener(kind, (/** @type {Event} */ e) => { e.preventDefault(); over(true); });
  }
  zone.addEventListener("dragleave", () => over(false));
  zone.addEventListener("drop", (/** @type {DragEvent} */ e) => {
    e.preventDefault();
    over(false);
    const file = e.dataTransfer?.files[0];
    if (file) take(file);
  });
  return zone;
}

/**
 * What an import would do.
 * @param {string} of the file's name @param {any} p @param {Place} place
 * @param {(of: string, plan: any) => Promise<void>} carryOut @param {() => void} another
 */
function planned(of, p, place, carryOut, another) {
  const acts = p.added + p.changed, lines = h("div");
  const heading = h("h3", {tabindex: "-1"}, say("page.would-do"), " ", name(of));
  showLines(lines, p, place).catch((error) => place.signal.aborted || fill(lines, problem(error)));
  return h("div", {class: "plan"}, heading, facts([
    [say("page.to-add"), count("page.people-n", p.added)], [say("page.to-change"), count("page.people-n", p.changed)],
    [say("page.cards-to-give"), String(p.cards)],
    [say("page.the-same"), p.same ? count("page.lines-n", p.same) : ""],
    [say("page.doubled"), p.doubled ? count("page.lines-n", p.doubled) : ""],
    [say("page.refused"), p.refused ? badge("bad", count("page.lines-n", p.refused)) : ""],
    [say("page.read-as"), p.encoding],
  ]), p.unread?.length && note("calm", h("p", null, say("page.columns-unread", p.unread.join(say("page.comma"))))),
  p.notAES > 0 && note("warn", h("p", null, count("page.list-not-aes", p.notAES))),
  p.shutOut > 0 && note("warn", h("p", null, count("page.list-shut-out", p.shutOut))),
  p.refused > 0 && note("bad", h("p", null, h("strong", null, say("page.list-refused"))),
    h("p", null, say("page.mend-list"))),
  p.refused === 0 && acts === 0 && note("calm", h("p", null, say("page.nothing-new"))),
  h("div", {class: "buttons"},
    p.refused === 0 && acts > 0 && button(count("page.import-n", acts), () => carryOut(of, p), "main"),
    button(say("page.another-list"), another)), lines);
}

/** The lines to look at, or all of them. @param {HTMLElement} where @param {any} p @param {Place} place */
async function showLines(where, p, place, all = p.look === 0) {
  /** @type {any[]} */
  const lines = [];
  const more = async () => {
    const part = await call("import.lines", {file: p.file, all, from: lines.length, count: 50}, {signal: place.signal});
    lines.push(...part.lines);
    fill(where, table({caption: all ? say("page.all-lines", part.all) : say("page.lines-to-see", part.all, p.lines),
      rows: lines, empty: "", columns: lineColumns()}),
    h("div", {class: "buttons"}, lines.length < part.all && button(say("page.show-more"), more, "quiet"),
      !all && p.look < p.lines && button(say("page.show-all-lines"), () => showLines(where, p, place, true), "quiet")));
  };
  await more();
}

const kinds = /** @type {Record<string, "good" | "warn" | "bad" | "calm">} */ ({added: "good", changed: "warn",
  refused: "bad", doubled: "calm", same: "calm"});

function lineColumns() {
  return [
    {title: say("page.line"), number: true, cell: (/** @type {any} */ l) => String(l.line)},
    {title: say("page.would-be"), cell: (/** @type {any} */ l) => badge(kinds[l.does.code] ?? "calm", l.does.text)},
    {title: say("page.name"), head: true, cell: (/** @type {any} */ l) => name(l.name || "–")},
    {title: say("page.apartment"), cell: (/** @type {any} */ l) => name(l.apartment ?? "")},
    {title: say("page.what-or-why"), cell: (/** @type {any} */ l) => h("ul", {class: "whys"},
      (l.why ?? []).map((/** @type {string} */ w) => h("li", null, w)),
      (l.changes ?? []).map((/** @type {any} */ c) => h("li", null, c.of + ": ", h("del", null, name(c.was || "–")),
        " → ", h("ins", null, name(c.is || "–")))),
      l.cards && h("li", null, count("page.cards-n", l.cards)))},
  ];
}
