// @ts-check
// People: the list with its search, fifty at a time. A search goes to the unit on Enter, not with
// each letter, since each look-up goes on record. Below it in the address: one person, a new one.

import {fill, h, name, put} from "./dom.js";
import {lastDay} from "./dates.js";
import {addForm} from "./person_form.js";
import {showPerson} from "./person.js";
import {showStored} from "./person_stored.js";
import {count, say} from "./say.js";
import {call, may} from "./session.js";
import {table} from "./table.js";
import {whoseCard} from "./tap.js";
import {announce, badge, button, waiting} from "./ui.js";

/** @typedef {import("./types.d.ts").Place} Place */

/** How many a page has. */
const atOnce = 50;

/** @type {import("./types.d.ts").View} */
export const people = {
  id: "people",
  title: "page.people",
  group: "people",
  may: "reads-people",
  show(place) {
    const [which = "find", ...more] = place.path;
    if (which === "find") return showList(place, more[0] ?? "", Math.max(1, Number(more[1]) || 1));
    if (which === "add" && may("keeps-people")) return addForm(place);
    if (more[0] === "stored") return showStored(place, which);
    return showPerson(place, which);
  },
};

/** @param {string} words @param {number} page from 1 @returns {string} */
const address = (words, page) => "#/people/find/" + encodeURIComponent(words) + (page > 1 ? "/" + page : "");

/** @param {Place} place @param {string} words @param {number} page */
async function showList(place, words, page) {
  const list = h("div", null, waiting());
  put(place.root, h("div", {class: "above"}, search(words), h("div", {class: "buttons"},
    button(say("page.whose-card"), () => whoseCard(place.signal)),
    may("keeps-people") && h("a", {class: "button main", href: "#/people/add"}, say("page.add-person")))),
  h("section", {class: "card list", "aria-label": say("page.people")}, list));
  const from = (page - 1) * atOnce;
  const found = await call("people.find", {words, from, count: atOnce}, {signal: place.signal});
  fill(list, drawList(found, words), pages(words, page, found));
  announce(caption(found.all, words));
}

/** The search. @param {string} words */
function search(words) {
  const field = h("input", {type: "search", id: "search", name: "words", value: words, autocomplete: "off",
    maxlength: 200, "aria-describedby": "search-hint"});
  const go = (/** @type {Event} */ event) => {
    event.preventDefault();
    const to = address(field.value.trim(), 1);
    if (location.hash === to) dispatchEvent(new HashChangeEvent("hashchange"));
    else location.hash = to;
  };
  return h("form", {role: "search", class: "search", onsubmit: go},
    h("label", {for: "search"}, say("page.search-people")),
    h("p", {id: "search-hint", class: "hint"}, say("page.search-hint")),
    h("div", {class: "search-row"}, field, h("button", {type: "submit"}, say("page.search"))));
}

/** @param {number} all @param {string} words */
const caption = (all, words) => words ? count("page.people-fit", all, words) : count("page.people-in-all", all);

/** @param {any} found @param {string} words */
function drawList(found, words) {
  return table({
    caption: caption(found.all, words), rows: found.people,
    empty: words ? say("page.nobody-fits", words) : say("page.nobody-yet"),
    columns: [
      {title: say("page.apartment"), cell: (p) => name(p.apartment ?? "")},
      {title: say("page.name"), head: true, cell: (p) => h("a", {href: "#/people/" + p.person}, name(p.name))},
      {title: say("page.ways-in"), cell: (p) => p.credentials === 0 ? badge("warn", say("page.no-way-in"))
        : String(p.credentials)},
      {title: say("page.faces"), cell: (p) => p.face.text},
      {title: say("page.lease-ends"), cell: (p) => p.until ? h("time", {datetime: p.until}, lastDay(p.until)) : "–"},
      {title: say("page.entry"), cell: (p) => p.blocked ? badge("bad", say("page.blocked")) : say("page.not-blocked")},
    ],
  });
}

/** The pages before and after. @param {string} words @param {number} page @param {any} found */
function pages(words, page, found) {
  const last = Math.max(1, Math.ceil(found.all / atOnce));
  if (last === 1 && page === 1) return null;
  const link = (/** @type {string} */ text, /** @type {number} */ to) => to >= 1 && to <= last
    ? h("a", {class: "button", href: address(words, to)}, text) : null;
  return h("nav", {class: "pages", "aria-label": say("page.pages")}, link(say("page.page-before"), page - 1),
    h("span", null, say("page.page-of", page, last)), link(say("page.page-after"), page + 1));
}
