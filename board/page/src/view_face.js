// @ts-check
// A person's way to face entry, one step after the other: whether they want it, the notice, their
// own card, the camera; and what they may do once they have it. Nobody is led on: a yes and a no
// weigh the same, and a no is not asked again.

import {fill, h, put} from "./dom.js";
import {askCard, readNotice} from "./face_consent.js";
import {takeFace} from "./face_enrol.js";
import {kept} from "./face_kept.js";
import {say, when} from "./say.js";
import {call} from "./session.js";
import {button, problem, section, toast, waiting} from "./ui.js";

/** @typedef {import("./types.d.ts").Place} Place */

/**
 * What the steps share.
 * @typedef {object} Way
 * @property {any} person as people.get gives them
 * @property {AbortSignal} signal
 * @property {(...parts: any[]) => void} show puts parts in place of what is shown, and begins there
 * @property {(note?: HTMLElement | null) => Promise<void>} again looks up how the person stands now
 */

/** @type {import("./types.d.ts").View} */
export const face = {
  id: "face",
  title: "page.face-of",
  may: "keeps-people",
  async show(place) {
    const stage = h("div", {class: "stage"}, waiting());
    const back = h("a", {href: "#/people/" + place.path[0]}, say("page.face-back"));
    put(place.root, h("p", {class: "back"}, back), stage);
    const show = (/** @type {any[]} */ ...parts) => {
      fill(stage, ...parts);
      const first = /** @type {HTMLElement | null} */ (stage.querySelector("h2"));
      first?.setAttribute("tabindex", "-1");
      first?.focus();
    };
    const again = async (/** @type {HTMLElement | null | undefined} */ told = null) => {
      const person = await call("people.get", {person: place.path[0]}, {signal: place.signal});
      place.title(say("page.face-of-whom", person.details.name));
      draw({person, signal: place.signal, show, again}, told);
    };
    await again();
  },
};

/** @param {Way} way @param {HTMLElement | null} told */
function draw(way, told) {
  const {face: f} = way.person;
  switch (f.state.code) {
    case "consented":
      return way.show(told, steps(4), takeFace(way), kept(way));
    case "enrolled":
      return way.show(told, kept(way));
    case "refused":
    case "withdrawn":
      return way.show(told, saidNo(way));
    default:
      return way.show(told, steps(1), choice(way));
  }
}

/** Where on the way they are. @param {number} now */
function steps(now) {
  const all = [say("page.way-choice"), say("page.way-notice"), say("page.way-card"), say("page.way-camera")];
  return h("ol", {class: "way", "aria-label": say("page.way")}, all.map((text, i) =>
    h("li", {class: i + 1 < now ? "done" : "", "aria-current": i + 1 === now && "step"}, text)));
}

/** Step 1: both answers weigh the same. @param {Way} way */
function choice(way) {
  const trouble = h("div");
  const no = () => refuse(way).catch((error) => fill(trouble, problem(error)));
  return section(say("page.face-wanted"),
    h("p", {class: "lead"}, say("page.face-choice")), h("p", null, say("page.face-choice-no")),
    h("div", {class: "buttons even"}, button(say("page.face-hear-more"), () => notice(way)),
      button(say("page.face-say-no"), no)), trouble);
}

/** A no is recorded; one that was said before stands. @param {Way} way */
async function refuse(way) {
  await call("faces.refuse", {person: way.person.person});
  toast(say("page.face-no-recorded"));
  await way.again();
}

/** A no stands, unless they come and ask for it. @param {Way} way */
function saidNo(way) {
  const {face: f} = way.person;
  const text = f.state.code === "refused" ? say("page.face-refused-on", when(f.at))
    : say("page.face-withdrawn-on", when(f.at));
  return section(say("page.face-no-stands"), h("p", {class: "lead"}, text), h("p", null, say("page.face-do-not-ask")),
    h("details", null, h("summary", null, say("page.face-they-came")), h("p", null, say("page.face-own-request")),
      h("div", {class: "buttons"}, button(say("page.face-they-asked"), () => notice(way)))));
}

/** Steps 2 and 3. @param {Way} way */
async function notice(way) {
  way.show(steps(2), await readNotice(way, {
    title: say("page.notice-read"), question: say("page.notice-read-by-them"), yes: say("page.notice-yes"),
    doors: true,
    onYes: (given) => way.show(steps(3), askCard(way, "faces.consent", given, say("page.consent-recorded"))),
    onNo: () => refuse(way).catch((error) => way.again(problem(error))),
  }));
}
