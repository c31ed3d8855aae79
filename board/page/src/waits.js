// @ts-check
// How long people wait at the door, week by week, by card, code, pass and face (R-EQUAL): a table
// with intervals of 99%, and how cards stand beside faces in the last week that is over.

import {fill, h} from "./dom.js";
import {count, say} from "./say.js";
import {call} from "./session.js";
import {table} from "./table.js";
import {button, note, problem, section, waiting} from "./ui.js";

/** @typedef {{value: number, low: number, high?: number}} Interval */

/** Weeks that are shown before somebody asks for all. */
const few = 5;

/** @param {import("./types.d.ts").Place} place */
export function waits(place) {
  const body = h("div", null, waiting());
  call("law.waits", {}, {signal: place.signal}).then((log) => fill(body, ...draw(log, body, few)))
    .catch((error) => fill(body, problem(error)));
  return section(say("page.waits"), h("p", null, say("page.waits-text")), body);
}

/** @param {any} log @param {HTMLElement} body @param {number} n weeks */
function draw(log, body, n) {
  const weeks = log.weeks.slice(-n).reverse();
  const last = log.weeks.findLast((/** @type {any} */ w) => !w.soFar);
  const rows = weeks.flatMap((/** @type {any} */ w) => w.served.map((/** @type {any} */ s) => ({w, s})));
  return [
    last ? note(marks[last.verdict.code] ?? "calm",
      h("p", null, h("strong", null, last.week), " ", last.verdict.text)) : null,
    table({
      caption: say("page.waits-caption"), rows, empty: say("page.no-waits"),
      columns: [
        {title: say("page.week"), head: true,
          cell: (r) => r.w.soFar ? say("page.week-so-far", r.w.week) : r.w.week},
        {title: say("page.means"), cell: (r) => r.s.means.text},
        {title: say("page.openings"), number: true, cell: (r) => String(r.s.openings)},
        {title: say("page.median-wait"), number: true, cell: (r) => seconds(r.s.median)},
        {title: say("page.p90-wait"), number: true, cell: (r) => seconds(r.s.p90)},
        {title: say("page.tried-again"), number: true, cell: (r) => percent(r.s.retried)},
      ],
    }),
    log.old ? h("p", {class: "hint"}, count("page.waits-old", log.old)) : null,
    log.open ? h("p", {class: "hint"}, count("page.waits-open", log.open)) : null,
    log.weeks.length > n ? h("div", {class: "buttons"},
      button(say("page.all-weeks"), async () => fill(body, ...draw(log, body, log.weeks.length)), "quiet")) : null,
  ].filter((x) => x !== null);
}

/** How a verdict is marked. @type {Record<string, "good" | "warn" | "calm">} */
const marks = {"alike": "good", "card waits longer": "warn", "card refused more": "warn", "too few": "calm"};

/** @param {Interval} q in milliseconds */
function seconds(q) {
  const s = (/** @type {number} */ ms) => (ms / 1000).toFixed(1);
  return `${s(q.value)} (${s(q.low)}–${q.high === undefined ? "" : s(q.high)})`;
}

/** @param {Interval} s */
function percent(s) {
  const p = (/** @type {number} */ of) => Math.round(100 * of);
  return `${p(s.value)}% (${p(s.low)}–${p(s.high ?? 1)})`;
}
