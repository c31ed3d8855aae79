// @ts-check
// What the doors of a site answered to an erasure: each destroys what it has and proves that by a
// signed receipt. Who has not answered yet may still have it.

import {h, name} from "./dom.js";
import {count, say, when} from "./say.js";
import {call} from "./session.js";
import {badge, note} from "./ui.js";
import {Refused} from "./wire.js";

/**
 * The erasures that some door has not answered yet, or what became of one person's face; none at a
 * door of no site.
 * @param {AbortSignal} signal
 * @param {string} [person]
 * @returns {Promise<any[]>}
 */
export async function erasures(signal, person = "") {
  /** @type {any[]} */
  const all = [];
  try {
    await call("site.erasures", {person}, {signal, onEvent: (e) => all.push(...e.rows)});
  } catch (error) {
    if (!(error instanceof Refused) || error.what !== "desk.site-none") throw error;
  }
  return all;
}

/** @param {any} e an erasure @returns {HTMLElement} */
export function answers(e) {
  return h("div", null, h("ul", {class: "plain"}, e.answers.map((/** @type {any} */ a) => {
    const [kind, text] = answered(a);
    return h("li", null, name(a.door), " ", badge(kind, text), a.at && [" ", h("time", {datetime: a.at}, when(a.at))]);
  })), e.before && note("calm", h("p", null, say("page.answers-before"))));
}

/** @param {any} a @returns {["good" | "warn" | "bad", string]} */
function answered(a) {
  if (!a.at) return ["warn", say("page.answer-waits")];
  if (a.nothing) return ["good", say("page.answer-nothing")];
  return a.found ? ["bad", count("page.answer-found", a.found)] : ["good", say("page.answer-erased")];
}
