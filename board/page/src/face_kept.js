// @ts-check
// What a person who agreed may do: have their face taken once more, with staff or by the door on
// other days; ask for learning from their visits, and end that; agree to a changed notice; and end
// face entry, which takes one question and no reason.

import {confirm} from "./dialog.js";
import {fill, h} from "./dom.js";
import {askCard, readNotice} from "./face_consent.js";
import {takeFace} from "./face_enrol.js";
import {receiptOf} from "./receipt.js";
import {say, when} from "./say.js";
import {call} from "./session.js";
import {button, facts, note, problem, section, toast} from "./ui.js";

/** @typedef {import("./view_face.js").Way} Way */

/** @param {Way} way @returns {(HTMLElement | null)[]} */
export function kept(way) {
  const {face: f} = way.person;
  if (f.state.code !== "enrolled") return [end(way)];
  if (f.onCard) {
    return [f.oldNotice ? renew(way) : null, standing(f), takeFace(way, say("page.face-write-anew")), end(way)];
  }
  return [f.oldNotice ? renew(way) : null, standing(f), f.oldNotice ? null : once(way),
    f.further && !f.oldNotice ? further(way) : null, learning(way), end(way)];
}

/** @param {any} f */
function standing(f) {
  return section(say("page.face-stands"), facts([
    [say("page.face-state"), f.state.text],
    [say("page.face-agreed"), when(f.at)],
    [say("page.face-guardian"), f.guardianName ? `${f.guardianName} (${f.guardian})` : ""],
    [say("page.face-opens"),
      say(f.onCard ? "page.face-on-card" : f.cardRequired ? "page.face-with-card" : "page.face-alone")],
    [say("page.face-occasions"), h("ul", {class: "bare"},
      f.occasions.map((/** @type {string} */ o) => h("li", null, o)))],
    [say("page.face-again"), f.again ? say("page.face-again-until", when(f.again)) : ""],
    [say("page.face-learning"), f.learns ? say("page.face-learns-since", when(f.learns)) : ""],
  ]));
}

/** The notice has changed since they agreed. @param {Way} way */
function renew(way) {
  return section(say("page.face-old-notice"), note("warn", h("p", null, say("page.face-old-notice-means"))),
    h("div", {class: "buttons"}, button(say("page.face-show-notice"), readAgain(way), "main")));
}

/** Their template may go to further doors. @param {Way} way */
function further(way) {
  return h("details", {class: "card"}, h("summary", null, say("page.face-further")),
    h("p", null, say("page.face-further-means")),
    h("div", {class: "buttons"}, button(say("page.face-show-notice"), readAgain(way))));
}

/** @param {Way} way */
function readAgain(way) {
  return async () => way.show(await readNotice(way, {
    title: say("page.notice-read"), question: say("page.notice-read-by-them"), yes: say("page.notice-yes"),
    doors: true,
    onYes: (given) => way.show(askCard(way, "faces.consent", given, say("page.consent-renewed"))),
    onNo: () => way.again(),
  }));
}

/** The face once more: now, or by the door. @param {Way} way */
function once(way) {
  const {face: f, details, person} = way.person;
  const stage = h("div");
  const now = () => way.show(takeFace(way, say("page.face-once-more")), back(way));
  const later = async () => {
    const n = await call("faces.notice", {lang: details.lang});
    const given = {notice: n.hash, lang: n.lang, guardian: f.guardian ?? "", guardianName: f.guardianName ?? "",
      doors: /** @type {string[]} */ ([])};
    way.show(askCard(way, "faces.again", given, say("page.again-recorded")));
  };
  const never = done(way, stage, () => call("faces.notAgain", {person}), say("page.again-ended"));
  return section(say("page.face-once-more"),
    f.drifted ? note("warn", h("p", null, say("page.face-drifted"))) : null,
    h("p", null, say("page.face-once-means")), h("p", {class: "hint"}, say("page.face-door-asks")),
    h("div", {class: "buttons"}, button(say("page.face-take-now"), now, f.drifted ? "main" : "plain"),
      f.again ? button(say("page.face-not-again"), never)
        : !details.minor && button(say("page.face-let-door-ask"), later)), stage);
}

/** Nobody is asked for this: it is opened by who was asked for it. @param {Way} way */
function learning(way) {
  const {face: f, person} = way.person;
  const stage = h("div");
  if (f.learns) {
    const stop = () => confirm({
      title: say("page.learn-end"), text: say("page.learn-end-means"), yes: say("page.learn-end"), danger: true,
      async act() {
        const receipt = await call("faces.stopLearning", {person}, {timeout: 0});
        way.show(note("good", h("p", null, say("page.learn-ended"))), receiptOf(receipt), back(way));
      },
    });
    return section(say("page.face-learning"), h("p", null, say("page.learn-means")),
      h("div", {class: "buttons"}, button(say("page.learn-end"), stop)), stage);
  }
  const read = async () => way.show(await readNotice(way, {
    title: say("page.face-learning"), question: say("page.learn-read-by-them"), yes: say("page.learn-yes"),
    doors: false,
    onYes: (given) => way.show(askCard(way, "faces.learn", given, say("page.learn-recorded"))),
    onNo: () => way.again(),
  }));
  return h("details", {class: "card"}, h("summary", null, say("page.learn-asked-for")),
    h("p", null, say("page.learn-means")), h("p", null, say("page.learn-own-request")),
    h("div", {class: "buttons"}, button(say("page.face-they-asked"), read)));
}

/** @param {Way} way */
function end(way) {
  const {person, face: f} = way.person;
  const withdraw = () => confirm({
    title: say("page.withdraw"), text: say("page.withdraw-sure"), yes: say("page.withdraw-now"), danger: true,
    async act() {
      const receipt = await call("faces.withdraw", {person}, {timeout: 0});
      toast(say("page.withdrawn"));
      way.show(note("good", h("p", null, h("strong", null, say("page.withdrawn"))),
        h("p", null, say("page.withdrawn-card"))), receiptOf(receipt), back(way));
    },
  });
  return section(say("page.withdraw"), h("p", null, f.state.code === "enrolled" ? say("page.withdraw-means")
    : say("page.withdraw-consent")), h("div", {class: "buttons"}, button(say("page.withdraw"), withdraw,
      f.state.code === "enrolled" ? "danger" : "plain")));
}

/** @param {Way} way */
const back = (way) => h("div", {class: "buttons"}, button(say("page.face-go-on"), () => way.again(), "quiet"));

/**
 * What is done at once.
 * @param {Way} way @param {HTMLElement} stage @param {() => Promise<any>} act @param {string} told
 */
const done = (way, stage, act, told) => async () => {
  try {
    await act();
    await way.again(note("good", h("p", null, told)));
  } catch (error) {
    fill(stage, problem(error));
  }
};
