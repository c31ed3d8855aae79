// @ts-check
// Who may come in: everybody who could at a moment, and for one person (#/entry/HANDLE) whether
// they could, by what, and if not why, with each question that the door would ask. Nothing is tried.

import {fill, h, name, put} from "./dom.js";
import {count, say, when} from "./say.js";
import {call} from "./session.js";
import {table} from "./table.js";
import {announce, badge, busy, button, note, problem, section, waiting} from "./ui.js";
import {checks} from "./why.js";

/** @typedef {import("./types.d.ts").Place} Place */

/** @type {import("./types.d.ts").View} */
export const entry = {
  id: "entry",
  title: "page.who-may-enter",
  group: "people",
  may: "reads-hours",
  async show(place) {
    const at = h("input", {type: "datetime-local", id: "entry-at"});
    const all = section(say("page.who-could"));
    const one = section(say("page.could-one"));
    let person = place.path[0] ?? "";
    const result = h("div");
    const choose = (/** @type {string} */ handle) => {
      person = handle;
      one.scrollIntoView({block: "nearest"});
      return showOne(result, handle, at.value, place);
    };
    const look = () => Promise.all([showAll(all, at.value, place, choose),
      person && showOne(result, person, at.value, place)]);
    put(place.root, moment(at, look), h("div", {class: "entry"}, one, all));
    put(one, search(place, choose), result);
    await look();
  },
};

/** The moment that is asked about; empty: now. @param {HTMLInputElement} at @param {() => Promise<any>} look */
function moment(at, look) {
  const go = h("button", {type: "submit", class: "main"}, say("page.show"));
  const now = button(say("page.now"), () => {
    at.value = "";
    return look();
  });
  const asked = h("form", {class: "moment"}, h("label", {for: "entry-at"}, say("page.moment")), at, go, now,
    h("p", {class: "hint"}, say("page.moment-hint")));
  asked.addEventListener("submit", (/** @type {Event} */ e) => {
    e.preventDefault();
    busy(go, look());
  });
  return asked;
}

/**
 * @param {HTMLElement} where @param {string} at @param {Place} place
 * @param {(handle: string) => any} choose whom to tell more about
 */
async function showAll(where, at, place, choose) {
  const heading = where.querySelector("h2"), body = h("div", null, waiting());
  fill(where, heading, body);
  /** @type {any[]} */
  const people = [];
  const more = async () => {
    const part = await call("entry.who", {at, from: people.length, count: 50}, {signal: place.signal});
    people.push(...part.people);
    fill(body, h("p", {class: "lead"}, count("page.could-enter", part.all, when(part.at))),
      part.second && note("calm", h("p", null, say("page.with-second"))),
      people.length > 0 && table({caption: say("page.by-apartment"), rows: people, empty: "", columns: [
        {title: say("page.name"), head: true, cell: (p) => h("button", {type: "button", class: "quiet",
          onclick: () => choose(p.person)}, name(p.name))},
        {title: say("page.apartment"), cell: (p) => name(p.apartment ?? "")},
        {title: say("page.with"), cell: (p) => p.means.map((/** @type {any} */ m) => m.text).join(say("page.comma"))},
      ]}),
      people.length < part.all && h("div", {class: "buttons"}, button(say("page.show-more"), more, "quiet")));
  };
  try {
    await more();
  } catch (error) {
    if (!place.signal.aborted) fill(body, problem(error));
  }
}

/** Finds a person. @param {Place} place @param {(handle: string) => any} choose */
function search(place, choose) {
  const words = h("input", {type: "search", id: "entry-words", autocomplete: "off"});
  const found = h("ul", {class: "found"});
  const go = h("button", {type: "submit"}, say("page.find"));
  const asked = h("form", {class: "finder"}, h("label", {for: "entry-words"}, say("page.name-or-apartment")), words, go,
    found);
  asked.addEventListener("submit", async (/** @type {Event} */ e) => {
    e.preventDefault();
    try {
      const got = await busy(go, call("people.find", {words: words.value.trim(), count: 8}, {signal: place.signal}));
      announce(count("page.people-found", got.all));
      fill(found, got.people.map((/** @type {any} */ p) => h("li", null, h("button", {type: "button", class: "quiet",
        onclick: () => { fill(found); choose(p.person); }}, name(p.name), " ",
      h("span", {class: "soft"}, name(p.apartment ?? ""))))),
      got.all === 0 && h("li", {class: "empty"}, say("page.nobody-found")),
      got.all > got.people.length && h("li", {class: "hint"}, say("page.and-more", got.all - got.people.length)));
    } catch (error) {
      fill(found, problem(error));
    }
  });
  return asked;
}

/** @param {HTMLElement} where @param {string} person @param {string} at @param {Place} place */
async function showOne(where, person, at, place) {
  fill(where, waiting());
  try {
    const e = await call("entry.may", {person, at}, {signal: place.signal});
    fill(where, answer(e), e.ways.map((/** @type {any} */ w, /** @type {number} */ i) => way(w, i === 0 && !w.opens)));
    announce(where.querySelector(".answer")?.textContent ?? "");
  } catch (error) {
    if (!place.signal.aborted) fill(where, problem(error));
  }
}

/** @param {any} e */
function answer(e) {
  const who = e.person.name, at = when(e.at);
  const text = e.ways.length === 0 ? say("page.has-nothing", who)
    : !e.may ? say("page.could-not", who, at, e.words)
      : e.second ? say("page.could-second", who, at) : say("page.could", who, at);
  const shown = note(e.may ? "good" : "bad", h("p", null, h("strong", null, name(text))),
    e.next && h("p", null, say("page.could-from", when(e.next))));
  shown.classList.add("answer");
  return shown;
}

/** One thing that the person could present. @param {any} w @param {boolean} open */
function way(w, open) {
  return h("details", {class: "way", open}, h("summary", null, h("b", null, w.means.text),
    w.label && [" ", name(w.label)], " ",
    badge(w.opens ? "good" : "bad", w.opens ? say("page.opens") : say("page.opens-not")),
    w.words && h("span", {class: "soft"}, " " + w.words)), checks(w.trace));
}
