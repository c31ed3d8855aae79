// @ts-check
// What happens at the door as it happens: decisions with their reason, alarms, parts that fail or
// come back. Each card, key and input of the wires, and each entry of the log, is there too for
// who asks for everything. The unit tells of it until the view is left.

import {h, name, put} from "./dom.js";
import {capital, say} from "./say.js";
import {call, may} from "./session.js";
import {announce, badge, button, problem} from "./ui.js";
import {showWhy} from "./why.js";

/** @typedef {import("./types.d.ts").Coded} Coded */
/**
 * @typedef {object} Event
 * @property {string} at
 * @property {Coded} source
 * @property {string} text
 * @property {boolean} [fault]
 * @property {number} [lost] events left out before it
 * @property {{number?: number, means: Coded, granted: boolean, reason: Coded}} [decision]
 * @property {Coded} [record] its kind
 * @property {Coded} [reason]
 * @property {boolean} [part]
 */

const kept = 60;

/** The kinds of entry that are of the door itself; the others are acts of staff. */
const ofDoor = new Set(["alarm", "quiet", "tamper", "tamper over", "bell", "fault", "fault over", "orders",
  "lockdown key on", "lockdown key off", "mains lost", "mains back", "battery low", "battery good", "unit started"]);

/**
 * Fills a place with what happens.
 * @param {HTMLElement} into
 * @param {import("./types.d.ts").Place} place
 * @param {() => void} look called when the state of the door may have changed
 */
export function showLive(into, place, look) {
  const list = h("ol", {class: "events few", "aria-label": say("page.live"), tabindex: "0"});
  const quiet = h("p", {class: "empty"}, say("page.quiet"));
  const all = h("input", {type: "checkbox", id: "everything"});
  all.addEventListener("change", () => list.classList.toggle("few", !all.checked));
  put(into, quiet, list, h("div", {class: "check"}, all, h("label", {for: "everything"}, say("page.everything"))));
  call("door.watch", {}, {signal: place.signal, timeout: 0, onEvent(/** @type {Event} */ e) {
    const line = eventLine(e, place.signal);
    if (!line.classList.contains("raw")) quiet.remove();
    if (e.lost) list.prepend(h("li", {class: "lost raw"}, say("page.events-lost", e.lost)));
    list.prepend(line);
    while (list.children.length > kept) list.lastElementChild?.remove();
    if (e.fault) announce(line.textContent ?? "");
    if (e.decision || e.part || e.record && ofDoor.has(e.record.code)) look();
  }}).catch((error) => {
    if (!place.signal.aborted) put(into, problem(error));
  });
}

/** @param {Event} e @param {AbortSignal} signal @returns {HTMLElement} */
function eventLine(e, signal) {
  const shown = Boolean(e.decision || e.part || e.record && ofDoor.has(e.record.code));
  const line = h("li", {class: [shown ? "" : "raw", e.fault ? "fault" : ""].join(" ").trim()},
    h("time", {datetime: e.at}, e.at.slice(11, 19)), h("span", null, what(e)));
  const number = e.decision?.number;
  if (number && may("reads-records")) put(line, button(say("page.why"), () => showWhy(number, signal), "quiet"));
  return line;
}

/** @param {Event} e @returns {import("./dom.js").Child[]} */
function what(e) {
  const d = e.decision;
  if (d) {
    return [badge(d.granted ? "good" : "bad", d.granted ? say("page.granted") : say("page.denied")), " ",
      d.granted ? d.means.text : say("page.denied-why", d.means.text, d.reason.text)];
  }
  if (e.record && ofDoor.has(e.record.code)) {
    return [h("b", null, capital(e.record.text)), e.reason ? " " + e.reason.text : ""];
  }
  return [h("b", null, name(capital(e.source.text))), " ", name(e.text)];
}
