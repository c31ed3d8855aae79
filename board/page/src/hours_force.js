// @ts-check
// A change of the hours before it is in force: the unit says what it would do, who could never come
// in any more first of all, and a person says yes or no. Whoever changed the hours meanwhile is not
// overwritten: the unit refuses then.

import {ask} from "./dialog.js";
import {h, name} from "./dom.js";
import {count, say} from "./say.js";
import {call} from "./session.js";
import {table} from "./table.js";
import {note, toast} from "./ui.js";
import {hoursText} from "./hours_text.js";

/** @typedef {{of: string, now: string}} Edit */

/**
 * Shows what edits do, and puts them in force after a yes.
 * @param {object} of
 * @param {string} of.version of the hours that they are of
 * @param {Edit[]} [of.edits]
 * @param {boolean} [of.file] the configuration's hours, in their place
 * @param {AbortSignal} [of.signal]
 * @returns {Promise<boolean>} whether they are in force
 */
export async function putInForce({version, edits = [], file = false, signal}) {
  const effect = await call("hours.preview", file ? {version, file} : {version, edits}, {signal});
  const done = await ask({
    title: say("page.before-in-force"), text: drawEffect(effect), yes: say("page.put-in-force"),
    danger: effect.outAll > 0 || effect.allHours || effect.noPasses,
    async act() {
      if (file) await call("hours.file", {use: true});
      else await call("hours.change", {version, edits});
    },
  });
  if (done) toast(say("page.hours-in-force"));
  return done !== null;
}

/** @param {any} e @returns {HTMLElement[]} */
export function drawEffect(e) {
  const bad = (/** @type {string} */ text) => note("bad", h("p", null, text));
  return [
    e.outAll > 0 && loses(count("page.shut-out", e.outAll), e),
    ...(e.outputs ?? []).map((/** @type {any} */ o) => o.outAll > 0 && loses(say("page.loses-output", o.output), o)),
    e.allHours && bad(say("page.no-hours-left")),
    e.noPasses && bad(say("page.no-pass-opens")),
    table({caption: say("page.what-changes"), empty: "", rows: e.changes, columns: [
      {title: say("page.of"), head: true, cell: (/** @type {any} */ c) => groupName(c.of)},
      {title: say("page.old"), cell: (c) => hoursText(c.was)},
      {title: say("page.new"), cell: (c) => hoursText(c.now)},
    ]}),
    e.touched > 0 && h("p", null, count("page.in-changed-groups", e.touched)),
    e.in > 0 && h("p", null, count("page.let-in", e.in)),
    e.first && h("p", {class: "hint"}, say("page.first-change")),
  ].filter((x) => x instanceof HTMLElement);
}

/** Who loses what. @param {string} what @param {any} e */
const loses = (what, e) => note("bad", h("p", null, h("strong", null, what)),
  h("ul", {class: "names"}, e.out.map((/** @type {any} */ p) => h("li", null, name(p.name),
    p.apartment && [" ", h("span", {class: "soft"}, name(p.apartment))])),
  e.outAll > e.out.length && h("li", null, say("page.and-more", e.outAll - e.out.length))));

/** @param {string} of @returns {any} a group as it is called, or a date */
export const groupName = (of) => (of === "*" ? say("page.everybody") : name(of));
