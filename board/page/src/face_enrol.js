// @ts-check
// The camera takes a person's face: what they should do stands there large, in their language, with
// how far it is; the camera's picture beside it, where it was asked for. Until the unit says that it
// is done nothing is stored, and what ends before that leaves nothing.

import {camera} from "./camera.js";
import {fill, h} from "./dom.js";
import {say} from "./say.js";
import {call, may} from "./session.js";
import {button, note, problem, section} from "./ui.js";

/** @typedef {import("./view_face.js").Way} Way */

/**
 * Takes a face, for the first time or once more.
 * @param {Way} way
 * @param {string} [title]
 * @returns {HTMLElement}
 */
export function takeFace(way, title = say("page.enrol-face")) {
  const stage = h("div");
  const {onCard, mayCarry} = way.person.face;
  const begin = (/** @type {boolean} */ pictured, card = false) => () => { take(way, stage, pictured, card, offer); };
  const offer = (/** @type {Node | null} */ trouble = null) => fill(stage, trouble, h("div", {class: "buttons"},
    onCard ? null : button(say("page.enrol-begin"), begin(false), "main"),
    !onCard && may("opens-door") ? button(say("page.enrol-with-picture"), begin(true)) : null,
    mayCarry ? button(say("page.enrol-on-card"), begin(false, true), onCard ? "main" : "plain") : null));
  offer();
  if (onCard) return section(title, h("p", null, say("page.face-anew-means")), stage);
  return section(title, h("p", null, say("page.enrol-means")),
    mayCarry ? h("p", null, say("page.enrol-on-card-means")) : null,
    may("opens-door") ? h("p", {class: "hint"}, say("page.enrol-picture-means")) : null, stage);
}

/**
 * @param {Way} way @param {HTMLElement} stage @param {boolean} pictured
 * @param {boolean} onCard their own card is to carry it
 * @param {(trouble: Node | null) => void} offer
 */
async function take(way, stage, pictured, onCard, offer) {
  const until = new AbortController(), signal = AbortSignal.any([until.signal, way.signal]);
  const guide = guidance(way.person.details.lang);
  const window = pictured ? camera() : null;
  fill(stage, h("div", {class: pictured ? "enrolling pictured" : "enrolling"}, window?.element, guide.element),
    h("div", {class: "buttons"}, button(say("page.cancel"), () => until.abort())));
  stage.querySelector("button")?.focus();
  let looking = false;
  const onProgress = (/** @type {import("./types.d.ts").Progress} */ p) => {
    guide.take(p);
    if (!window || looking) return; // the unit shows a face being taken to who takes it: first that, then this
    looking = true;
    window.look(signal).catch((error) => window.element.replaceWith(problem(error) ?? ""));
  };
  try {
    const got = await call("faces.enrol", {person: way.person.person, onCard}, {signal, timeout: 0, onProgress});
    until.abort();
    await way.again(onCard ? note("good", h("p", null, say("page.enrolled-on-card", got.pictures))) : outcome(got));
  } catch (error) {
    until.abort();
    if (!way.signal.aborted) offer(problem(error) ?? note("calm", h("p", null, say("page.enrol-nothing"))));
  }
}

/** @param {{pictures: number, occasions: number, cardRequired: boolean}} got */
function outcome(got) {
  const lines = [h("p", null, h("strong", null, say("page.enrolled-from", got.pictures)))];
  if (got.cardRequired) lines.push(h("p", null, say("page.enrolled-card-required")));
  if (got.occasions < 3) lines.push(h("p", null, say("page.enrolled-other-days")));
  return note(got.cardRequired ? "warn" : "good", ...lines);
}

/** What a person should do, and how far it is, as a ring with its number in words. @param {string} lang */
function guidance(lang) {
  const words = h("p", {class: "told", role: "status", lang: lang === "zh" ? "zh-Hans" : lang}, say("page.asking"));
  const ring = h("circle", {cx: 40, cy: 40, r: 34, class: "drawn", pathLength: 100, "stroke-dasharray": "0 100"});
  const number = h("p", {class: "far"});
  const phase = h("p", {class: "hint"});
  let trying = false;
  return {
    element: h("div", {class: "guide"}, h("div", {class: "ring"},
      h("svg", {viewBox: "0 0 80 80", "aria-hidden": "true"}, h("circle", {cx: 40, cy: 40, r: 34}), ring), number),
    h("div", null, words, phase)),
    /** @param {import("./types.d.ts").Progress} p */
    take(p) {
      if (p.text !== words.textContent) fill(words, p.text);
      const done = p.done ?? 0, wanted = p.wanted ?? 0;
      trying ||= Boolean(p.trial);
      ring.setAttribute("stroke-dasharray", (wanted ? 100 * done / wanted : 0) + " 100");
      fill(number, wanted ? say("page.enrol-of", done, wanted) : "");
      fill(phase, trying ? say("page.enrol-trial") : say("page.enrol-pictures"));
    },
  };
}
