// @ts-check
// Cards in a row: a list of people, and for each of them one tap. Skip, back and stop are buttons,
// and keys while the row has the focus. What is given stays given, however the row ends; whoever
// comes next is served again, since the list has only who has no card.

import {fill, h, name, put} from "./dom.js";
import {form} from "./form.js";
import {count, say} from "./say.js";
import {call} from "./session.js";
import {table} from "./table.js";
import {cardFields, copyBadge, retireCard, tapPlace, whoseCard} from "./tap.js";
import {announce, badge, button, note, problem, section, waiting} from "./ui.js";

/** @typedef {import("./types.d.ts").Place} Place */

/** @type {import("./types.d.ts").View} */
export const cards = {
  id: "cards",
  title: "page.cards-in-row",
  group: "people",
  may: "keeps-people",
  async show(place) {
    fill(place.root, waiting());
    const groups = await call("people.groups", {}, {signal: place.signal});
    const list = h("div");
    const shown = form({submit: say("page.show-list"), fields: [
      {name: "words", label: say("page.for-whom"), hint: say("page.for-whom-hint"), max: 2000},
      {name: "group", label: say("page.access-group"), type: "select", value: "",
        options: [["", say("page.all-groups")], ...groups.map((/** @type {string} */ g) => [g, g])]},
      {name: "all", label: say("page.also-with-card"), type: "checkbox"},
      ...cardFields(),
    ], async onSubmit({words, group, all, label, write}) {
      fill(list, waiting());
      /** @type {any[]} */
      const rows = [];
      await call("cards.wanted", {words: words.split(/\s+/).filter(Boolean), group, all}, {signal: place.signal,
        onEvent: (e) => rows.push(...e.rows)}).finally(() => fill(list));
      fill(list, wanted(rows, () => new Row(place, rows, label, write).serve(0)));
      list.querySelector("button")?.focus();
    }});
    fill(place.root, h("p", {class: "lead"}, say("page.cards-lead")), h("section", {class: "card"}, shown), list,
      h("div", {class: "buttons"}, button(say("page.whose-card"), () => whoseCard(place.signal), "quiet"),
        button(say("page.retire-card"), () => retireCard(place.signal), "quiet")));
  },
};

/** @param {any[]} rows @param {() => void} begin */
function wanted(rows, begin) {
  if (rows.length === 0) return note("good", h("p", null, say("page.cards-none")));
  const root = section(count("page.cards-wanted", rows.length), h("div", {class: "buttons"},
    button(count("page.give-cards", rows.length), begin, "main")));
  put(root, h("div", {class: "scroll", tabindex: "0", role: "region", "aria-label": say("page.list")},
    table({caption: say("page.in-this-order"), rows, empty: "", columns: peopleColumns()})));
  return root;
}

/** @returns {import("./table.js").Column<any>[]} */
const peopleColumns = () => [
  {title: say("page.apartment"), cell: (p) => name(p.apartment ?? "")},
  {title: say("page.name"), head: true, cell: (p) => name(p.name)},
];

/** One row of people being served. */
class Row {
  /** @param {Place} place @param {any[]} all @param {string} label @param {boolean} write */
  constructor(place, all, label, write) {
    this.place = place;
    this.all = all;
    this.label = label;
    this.write = write;
    /** @type {Map<string, any>} the card that somebody got in this row */
    this.given = new Map();
    this.stop = new AbortController();
  }

  /** Waits for the card of the person at a place in the row. @param {number} at */
  async serve(at) {
    this.stop.abort();
    if (at >= this.all.length) return this.sum();
    const stop = this.stop = new AbortController();
    this.place.signal.addEventListener("abort", () => stop.abort(), {signal: stop.signal});
    const person = this.all[at];
    const tap = tapPlace(say("page.asking"));
    const trouble = h("div");
    this.draw(at, tap.element, trouble);
    try {
      const card = await this.give(person, {signal: stop.signal, timeout: 0, onProgress: tap.take});
      if (stop.signal.aborted) return;
      this.given.set(person.person, card);
      announce(say("page.card-given", card.id.slice(0, 8)));
      await this.serve(at + 1);
    } catch (error) {
      if (stop.signal.aborted) return;
      tap.element.remove();
      put(trouble, problem(error), h("div", {class: "buttons"},
        button(say("page.try-again"), () => { this.serve(at); }, "main")));
      trouble.querySelector("button")?.focus();
    }
  }

  /** One that they got in this row already is replaced. @param {any} p @param {any} options */
  give(p, options) {
    const before = this.given.get(p.person);
    if (before) return call("cards.replace", {person: p.person, old: before.id, write: this.write}, options);
    return call("cards.give", {person: p.person, label: this.label, write: this.write}, options);
  }

  /** @param {number} at @param {HTMLElement} tap @param {HTMLElement} trouble */
  draw(at, tap, trouble) {
    const person = this.all[at];
    /** @type {Record<string, () => any>} */
    const keys = {s: () => this.serve(at + 1), b: () => this.serve(Math.max(0, at - 1)), q: () => this.sum()};
    const heading = h("h2", {tabindex: "-1", class: "served"}, name(person.name));
    const had = this.given.get(person.person);
    const root = h("section", {class: "card row", "aria-live": "off", onkeydown: (/** @type {KeyboardEvent} */ e) => {
      const act = e.ctrlKey || e.altKey || e.metaKey ? null : keys[e.key.toLowerCase()];
      if (act) act();
    }}, h("p", {class: "hint"}, say("page.nth-of", at + 1, this.all.length)), heading,
    person.apartment && h("p", {class: "lead"}, name(person.apartment)),
    h("progress", {max: this.all.length, value: at, "aria-label": say("page.nth-of", at + 1, this.all.length)}),
    had && note("calm", h("p", null, say("page.replaces-card", had.id.slice(0, 8)))), tap, trouble,
    h("div", {class: "buttons"}, button(say("page.skip-person"), () => { keys.s(); }),
      button(say("page.go-back"), () => { keys.b(); }), button(say("page.stop-row"), () => { keys.q(); }, "quiet")),
    h("p", {class: "hint"}, say("page.row-keys")));
    fill(this.place.root, root);
    heading.focus();
    announce(say("page.nth-of", at + 1, this.all.length) + " " + person.name);
  }

  /** What came of the row. */
  sum() {
    this.stop.abort();
    const root = section(say("page.row-done"), note(this.given.size > 0 ? "good" : "calm",
      h("p", null, h("strong", null, say("page.cards-done", this.given.size, this.all.length)))));
    put(root, table({caption: say("page.in-this-order"), rows: this.all, empty: "", columns: [...peopleColumns(),
      {title: say("page.card"), cell: (p) => this.given.has(p.person)
        ? h("span", {class: "badges"}, badge("good", this.given.get(p.person).id.slice(0, 8)),
          copyBadge(this.given.get(p.person))) : badge("warn", say("page.no-card-given"))}]}),
    h("div", {class: "buttons"}, button(say("page.print"), () => print()),
      h("a", {class: "button", href: "#/people"}, say("page.all-people"))));
    fill(this.place.root, root);
    root.querySelector("h2")?.setAttribute("tabindex", "-1");
    root.querySelector("h2")?.focus();
  }
}
