// @ts-check
// The doors of the site, as each told last how it fares, and how long ago that was heard: a door
// that nobody hears of may fare otherwise by now.

import {answers, erasures} from "./answers.js";
import {fill, h, name, put} from "./dom.js";
import {events} from "./events.js";
import {giving, standing} from "./orders.js";
import {capital, count, say, when} from "./say.js";
import {call, may} from "./session.js";
import {table} from "./table.js";
import {announce, badge, button, note, waiting} from "./ui.js";
import {Refused} from "./wire.js";

/** @typedef {import("./types.d.ts").Place} Place */

/** @type {import("./types.d.ts").View} */
export const doors = {
  id: "doors",
  title: "page.doors",
  group: "door",
  async show(place) {
    const body = h("div", {class: "view"}, waiting());
    put(place.root, body);
    await read(body, place);
  },
};

/** @param {HTMLElement} body @param {Place} place */
async function read(body, place) {
  /** @type {any[]} */
  const all = [];
  try {
    await call("site.doors", {}, {signal: place.signal, onEvent: (e) => all.push(...e.rows)});
  } catch (error) {
    if (!(error instanceof Refused) || error.what !== "desk.site-none") throw error;
    fill(body, note("calm", h("p", null, h("strong", null, capital(error.message))), h("p", null, error.remedy)));
    return;
  }
  const open = await erasures(place.signal);
  /** @type {any[]} */
  const orders = [];
  await call("site.orders", {}, {signal: place.signal, onEvent: (e) => orders.push(...e.rows)});
  const again = () => read(body, place);
  const told = await events(again, place.signal);
  const here = all.filter((x) => !x.left);
  const troubled = here.filter((x) => states(x).some(([kind]) => kind === "bad" || kind === "warn")).length;
  const versions = new Set(here.map((x) => x.state?.version).filter(Boolean)).size;
  fill(body, h("div", {class: "above"}, h("p", {class: "lead"}, say("page.doors-lead")),
    button(say("page.read-again"), again)),
  standing(orders, again), giving(again),
  troubled ? note("warn", h("p", null, h("strong", null, count("page.doors-troubled", troubled))))
    : note("good", h("p", null, say("page.doors-in-order"))),
  versions > 1 && note("calm", h("p", null, say("page.doors-versions"))),
  h("section", {class: "card", "aria-label": say("page.doors")}, table({
    caption: count("page.doors-n", here.filter((x) => !x.seat).length), rows: all, empty: "", columns: [
      {title: say("page.door-name"), head: true,
        cell: (x) => h("span", null, name(x.name), " ", h("code", null, x.id))},
      {title: say("page.state"), cell: (x) => h("div", {class: "badges"}, states(x).map(([k, t]) => badge(k, t)))},
      {title: say("page.door-heard"), cell: heard},
      {title: say("page.door-faces"), cell: (x) => x.left || x.seat ? "" : String(x.faces)},
      {title: say("page.door-version"), cell: version},
      {title: say("page.door-supply"), cell: (x) => x.state?.supply && capital(x.state.supply.text)},
    ]})),
  h("section", {class: "card"}, h("h2", null, say("page.answers-open")), open.length === 0
    ? h("p", {class: "empty"}, say("page.answers-all")) : open.map((e) => h("div", {class: "open"},
      h("h3", null, whose(e), " ", h("time", {datetime: e.at}, when(e.at))), answers(e)))), told);
  announce(troubled ? count("page.doors-troubled", troubled) : say("page.doors-in-order"));
}

/** @param {any} e an erasure */
function whose(e) {
  if (!e.person) return say("page.answers-person");
  const text = say("page.answers-face", e.person.slice(0, 8));
  return may("reads-people") ? h("a", {href: "#/people/" + e.person}, text) : text;
}

/**
 * How a door fares, the worst first.
 * @param {any} x
 * @returns {["good" | "warn" | "bad" | "calm", string][]}
 */
function states(x) {
  if (x.left) return [["calm", say("page.door-left")]];
  if (x.seat) return [...troubles(x), ["calm", say("page.door-seat")]];
  const all = troubles(x);
  if (x.days) all.push(["warn", count("page.door-silent", x.days)]);
  if (!all.length) all.push(x.state ? ["good", say("page.door-in-order")] : ["calm", say("page.door-untold")]);
  return all;
}

/**
 * What is wrong at a door, or at a seat, which may be silent for days.
 * @param {any} x
 * @returns {["good" | "warn" | "bad" | "calm", string][]}
 */
function troubles(x) {
  /** @type {["good" | "warn" | "bad" | "calm", string][]} */
  const all = [];
  for (const {text} of x.state?.raised ?? []) all.push(["bad", capital(text)]);
  for (const {text} of x.state?.faults ?? []) all.push(["warn", say("page.door-fault", text)]);
  if (x.state?.due) all.push(["warn", count("page.door-due", x.state.due)]);
  return all;
}

/** @param {any} x */
function version(x) {
  const {version, image} = x.state ?? {};
  return version && h("span", null, h("code", null, version), image && [" ", say("page.door-image", image)]);
}

/** @param {any} x */
function heard(x) {
  if (x.here) return say("page.door-here");
  return x.heard ? when(x.heard) : say("page.door-never");
}
