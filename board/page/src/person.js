// @ts-check
// One person's page: what is written about them, their cards and PINs, how they stand with face
// entry. Each act is here; after it the page is read again.

import {answers, erasures} from "./answers.js";
import {fill, h, name, put} from "./dom.js";
import {lastDay} from "./dates.js";
import {block, remove, revoke} from "./person_acts.js";
import {changeForm, languageName} from "./person_form.js";
import {setPIN} from "./pin.js";
import {say, when} from "./say.js";
import {call, may, session} from "./session.js";
import {table} from "./table.js";
import {copyBadge, giveCard, replaceCard} from "./tap.js";
import {badge, button, facts, note, section, waiting} from "./ui.js";

/** @typedef {import("./types.d.ts").Place} Place */

/**
 * Shows one person, or the form that changes their details.
 * @param {Place} place
 * @param {string} person
 */
export async function showPerson(place, person) {
  const keeps = may("keeps-people");
  fill(place.root, h("p", {class: "back"}, h("a", {href: "#/people"}, say("page.all-people"))), waiting());
  const got = await call("people.get", {person}, {signal: place.signal});
  place.title(got.details.name);
  if (keeps && place.path[1] === "change") return changeForm(place, got);
  const again = () => showPerson(place, person);
  const ended = ["withdrawn", "refused"].includes(got.face.state.code) ? await erasures(place.signal, person) : [];
  fill(place.root, h("p", {class: "back"}, h("a", {href: "#/people"}, say("page.all-people"))), standing(got),
    got.neverIn && note("warn", h("p", null, name(got.details.name), " ", got.neverIn)),
    h("div", {class: "two"}, h("div", null, credentials(got, place, again), stored(got)),
      h("div", null, details(got, place, again), face(got, ended))));
}

/** What is to be known of them at a glance. @param {any} got */
function standing(got) {
  const {details: d, credentials: all} = got;
  const over = d.until && d.until <= (session().who?.now ?? "");
  return h("p", {class: "badges"}, d.apartment && h("span", {class: "lead"}, name(d.apartment)),
    d.blocked && badge("bad", say("page.blocked")), over && badge("warn", say("page.lease-over")),
    !all.some((/** @type {any} */ k) => !k.revoked) && badge("warn", say("page.no-way-in")),
    got.face.state.code === "enrolled" && badge("good", say("page.face-enrolled")),
    d.minor && badge("calm", say("page.under-14")));
}

/** @param {any} got @param {Place} place @param {() => Promise<void>} again */
function details({person, details: d}, place, again) {
  const shown = facts([
    [say("page.name"), name(d.name)],
    [say("page.apartment"), d.apartment && name(d.apartment)],
    [say("page.their-language"), languageName(d.lang)],
    [say("page.lease-from"), d.from?.slice(0, 10)],
    [say("page.lease-ends"), lastDay(d.until) || say("page.no-end")],
    [say("page.access-groups"), (d.groups ?? []).join(", ")],
    [say("page.long-open"), d.longOpen && say("page.yes")],
    [say("page.handle"), h("code", null, person.slice(0, 8))],
  ]);
  return section(say("page.details"), shown, may("keeps-people") && h("div", {class: "buttons"},
    h("a", {class: "button", href: "#/people/" + person + "/change"}, say("page.change")),
    button(d.blocked ? say("page.unblock") : say("page.block"),
      () => block(person, d, place.signal).then(redone(again))),
    button(say("page.remove-person"), () => remove(place, person, d.name), "quiet")));
}

/** Reads the page again where something was done. @param {() => Promise<void>} again */
const redone = (again) => (/** @type {any} */ done) => { if (done) return again(); };

/** @param {any} got @param {Place} place @param {() => Promise<void>} again */
function credentials(got, place, again) {
  const keeps = may("keeps-people");
  const working = got.credentials.filter((/** @type {any} */ k) => !k.revoked).length;
  const acts = (/** @type {any} */ k) => k.revoked ? null : h("div", {class: "row-acts"},
    k.kind.code === "card" && button(say("page.replace"), () =>
      replaceCard(got.person, k, place.signal).then(redone(again)), "quiet"),
    button(say("page.revoke"), () => revoke(got, k, working === 1, place.signal).then(redone(again)), "quiet"));
  const columns = [
    {title: say("page.kind"), head: true, cell: (/** @type {any} */ k) =>
      h("span", null, k.kind.text, k.label && k.kind.code === "card" ? [" · ", name(k.label)] : null)},
    {title: say("page.last-used"), cell: (/** @type {any} */ k) => when(k.lastUsed) || say("page.never-used")},
    {title: say("page.state"), cell: (/** @type {any} */ k) => h("span", {class: "badges"},
      k.revoked ? badge("bad", say("page.revoked")) : badge("good", say("page.works")),
      k.duress && badge("warn", say("page.duress-short")),
      !k.revoked && copyBadge(k))},
    ...(keeps ? [{title: say("page.acts"), cell: acts}] : []),
  ];
  const list = table({caption: say("page.number-not-stored"), rows: got.credentials, empty: say("page.no-credentials"),
    columns});
  return section(say("page.cards-and-pins"), list, keeps && h("div", {class: "buttons"},
    button(say("page.give-card"), () => giveCard(got.person, place.signal).then(redone(again)),
      working ? "plain" : "main"),
    button(say("page.set-pin"), () => setPIN(got.person, place.signal).then(redone(again)))));
}

/** @param {any} got @param {any[]} ended what the doors of the site answered to the end of their face */
function face({person, face: f, details: d}, ended) {
  const shown = facts([
    [say("page.state"), f.state.text],
    [say("page.since"), when(f.at)],
    [say("page.under-14"), d.minor && (f.guardian ? h("span", null, f.guardian, " ", name(f.guardianName ?? ""))
      : say("page.guardian-needed"))],
    [say("page.with-card"), f.cardRequired && say("page.yes")],
    [say("page.face-taken"), f.occasions && h("ul", {class: "plain"}, f.occasions.map(
      (/** @type {string} */ o) => h("li", null, o)))],
    [say("page.face-at"), f.doors && h("ul", {class: "plain"}, f.doors.map((/** @type {any} */ x) => h("li", null,
      name(x.name), x.here && [" ", badge("calm", say("page.door-here"))],
      x.left && [" ", badge("warn", say("page.door-left"))])))],
    [say("page.face-named"), f.named && h("ul", {class: "plain"}, f.named.map((/** @type {any} */ x) => h("li", null,
      name(x.name), " ", h("small", null, say("page.face-named-at", when(x.at), x.notice)))))],
    [say("page.learns-since"), when(f.learns)],
    [say("page.asked-until"), when(f.again)],
  ]);
  return section(say("page.faces"), f.drifted && note("warn", h("p", null, say("page.drifted"))), shown,
    ended.map((e) => h("div", null, h("h3", null, say("page.answers-of-face")), answers(e))),
    may("keeps-people") && h("div", {class: "buttons"},
      h("a", {class: "button", href: "#/face/" + person}, say("page.to-face-entry"))));
}

/** @param {any} got */
function stored({person}) {
  const root = section(say("page.all-stored"), h("p", null, say("page.all-stored-text")));
  put(root, h("div", {class: "buttons"},
    h("a", {class: "button", href: "#/people/" + person + "/stored"}, say("page.show-stored")),
    may("keeps-people") && h("a", {class: "button", href: "#/visitors/add/" + person}, say("page.invite-visitor"))));
  return root;
}
