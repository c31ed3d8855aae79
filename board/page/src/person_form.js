// @ts-check
// A person's details, to add or to change. What staff may not overlook is asked before it is done:
// that somebody has this name and apartment already, and what ends with a lease that is cut short.

import {confirm, ask} from "./dialog.js";
import {fill, h, name} from "./dom.js";
import {lastDay} from "./dates.js";
import {form} from "./form.js";
import {language, say} from "./say.js";
import {call, session} from "./session.js";
import {facts, toast, waiting} from "./ui.js";

/** @typedef {import("./types.d.ts").Place} Place */

/** A language in the words of the one that is spoken. @param {string} code @returns {string} */
export const languageName = (code) =>
  new Intl.DisplayNames([language()], {type: "language"}).of(code || "en") ?? code;

/** @param {any} d what is written so far @param {string[]} groups @returns {import("./types.d.ts").Field[]} */
function fields(d, groups) {
  const known = [...new Set([...groups, ...(d.groups ?? [])])].sort();
  return [
    {name: "name", label: say("page.name"), required: true, value: d.name, max: 100},
    {name: "apartment", label: say("page.apartment"), value: d.apartment, max: 60},
    {name: "lang", label: say("page.their-language"), hint: say("page.their-language-hint"), type: "select",
      required: true, value: d.lang, options: (session().hello?.languages ?? []).map((c) => [c, languageName(c)])},
    {name: "from", label: say("page.lease-from"), type: "date", value: d.from?.slice(0, 10)},
    {name: "until", label: say("page.lease-last-day"), hint: say("page.lease-hint"), type: "date",
      value: lastDay(d.until)},
    ...(known.length === 0 ? [] : [/** @type {import("./types.d.ts").Field} */ ({name: "groups", type: "checks",
      label: say("page.access-groups"), hint: say("page.access-groups-hint"), value: d.groups ?? [],
      options: known.map((g) => [g, g])})]),
    {name: "minor", label: say("page.under-14"), hint: say("page.under-14-hint"), type: "checkbox", value: d.minor},
    {name: "longOpen", label: say("page.long-open"), hint: say("page.long-open-hint"), type: "checkbox",
      value: d.longOpen},
  ];
}

/** What a form gave, as the unit takes it. @param {any} values @param {any} was @returns {any} */
function details(values, was) {
  const d = {...was, ...values};
  if (values.from === was.from?.slice(0, 10)) d.from = was.from;
  if (values.until === lastDay(was.until)) d.until = was.until;
  return d;
}

/**
 * The form of a new person.
 * @param {Place} place
 */
export async function addForm(place) {
  place.title(say("page.add-person"));
  fill(place.root, waiting());
  const groups = await call("people.groups", {}, {signal: place.signal});
  const shown = form({fields: fields({lang: language()}, groups), submit: say("page.add-person"),
    onCancel: () => { location.hash = "#/people"; },
    async onSubmit(values) {
      if (!await isAnother(values, "", place.signal)) return;
      const got = await call("people.add", details(values, {}), {signal: place.signal});
      toast(say("page.person-added"));
      location.hash = "#/people/" + got.person;
    }});
  fill(place.root, h("section", {class: "card"}, shown));
  shown.querySelector("input")?.focus();
}

/**
 * The form that changes a person's details.
 * @param {Place} place
 * @param {any} got their page
 */
export async function changeForm(place, got) {
  const {person, details: was} = got;
  const groups = await call("people.groups", {}, {signal: place.signal});
  const back = "#/people/" + person;
  const shown = form({fields: fields(was, groups), submit: say("page.save"), onCancel: () => { location.hash = back; },
    async onSubmit(values) {
      const d = details(values, was);
      const renamed = d.name !== was.name || d.apartment !== (was.apartment ?? "");
      if (renamed && !await isAnother(d, person, place.signal)) return;
      if (values.until !== lastDay(was.until) && !await mayEnd(person, values.until, was.until, place.signal)) return;
      await call("people.change", {person, details: d}, {signal: place.signal});
      toast(say("page.done"));
      location.hash = back;
    }});
  fill(place.root, h("section", {class: "card"}, shown));
}

/**
 * Asks before the same name and apartment are entered a second time.
 * @param {any} d @param {string} person who has them, and is not meant @param {AbortSignal} signal
 * @returns {Promise<boolean>} whether to go on
 */
async function isAnother(d, person, signal) {
  const {person: one} = await call("people.same", {name: d.name, apartment: d.apartment, person}, {signal});
  if (!one) return true;
  return confirm({title: say("page.another-person"), yes: say("page.yes-another"),
    text: say("page.same-person", one.name, one.apartment || "–", one.person.slice(0, 8))});
}

/**
 * Shows what ends with a lease that is to end earlier than it does.
 * @param {string} person @param {string} ends the new last day; empty: none @param {string | undefined} was
 * @param {AbortSignal} signal @returns {Promise<boolean>} whether to go on
 */
async function mayEnd(person, ends, was, signal) {
  if (!ends || was && ends >= lastDay(was)) return true;
  const l = await call("leases.of", {person, ends}, {signal});
  const past = l.ends <= (session().who?.now ?? "");
  return await ask({title: past ? say("page.end-lease-now") : say("page.lease-ends-earlier"), danger: past,
    text: [h("p", null, name(l.person.name)), whatEnds(l)],
    yes: past ? say("page.end-lease") : say("page.save")}) !== null;
}

/** What ends with a lease. @param {any} l @returns {HTMLElement} */
function whatEnds(l) {
  return facts([
    [say("page.lease-ends"), lastDay(l.ends)],
    [say("page.cards-stop"), String(l.cards)],
    [say("page.pins-stop"), String(l.pins)],
    [say("page.face-erased"), l.face ? l.ends.slice(0, 10) : ""],
    [say("page.all-erased"), l.forgotten.slice(0, 10)],
  ]);
}
