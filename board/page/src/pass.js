// @ts-check
// A pass that was just made: its digits and its code, which are told this once. It is printed from
// here on A4 or a label, saved as a picture to send, or as the unit's own page for the printer.

import {fill, h, name} from "./dom.js";
import {offer, save} from "./file.js";
import {drawQR, pictureQR} from "./qr.js";
import {count, say, when} from "./say.js";
import {call, session} from "./session.js";
import {button, facts, note, problem, progress} from "./ui.js";

/**
 * Shows a pass that was made.
 * @param {any} made the answer of passes.add
 * @param {AbortSignal} signal
 * @returns {HTMLElement}
 */
export function showPass(made, signal) {
  const door = session().hello?.unit ?? "";
  const valid = validity(made);
  const where = made.doors?.map((/** @type {any} */ x) => x.door).join(", ");
  const going = h("div");
  const paper = h("article", {class: "card pass", "aria-labelledby": "pass-title"},
    h("h2", {id: "pass-title", tabindex: "-1"}, say("page.visitors-pass")),
    made.qr && h("div", {class: "code"}, drawQR(made.qr, say("page.code-of-pass", made.number))),
    h("div", {class: "words"},
      made.digits && h("p", {class: "keypad"}, say("page.at-keypad"), h("b", {class: "digits"}, made.digits + " #")),
      facts([[say("page.the-door"), where || name(door)], [say("page.valid"), valid],
        [say("page.opens-times"), count("page.times", made.uses)], [say("page.number"), h("code", null, made.number)]]),
      where && h("p", null, say("page.doors-share")), made.qr && h("p", null, say("page.hold-up")),
      h("p", null, say("page.pass-keep"))));
  const onPaper = (/** @type {"label" | ""} */ kind) => {
    paper.classList.toggle("label", kind === "label");
    print();
  };
  const file = async (/** @type {boolean} */ label) => {
    const how = progress(say("page.asking"));
    fill(going, how.element);
    try {
      const got = await call("passes.print", {number: made.number, label}, {signal});
      await save(got.file.name, how.take, signal);
      fill(going);
    } catch (error) {
      fill(going, problem(error));
    }
  };
  const picture = async () => offer(await pictureQR(made.qr, [door, valid, made.digits ? made.digits + " #" : ""]
    .filter(Boolean)), "pass-" + made.number + ".png");
  return h("div", {class: "made"}, note("warn", h("p", null, h("strong", null, say("page.pass-once"))),
    h("p", null, say("page.pass-once-text")), takesNone(made)), paper, h("div", {class: "buttons"},
    button(say("page.print-page"), () => onPaper(""), "main"), button(say("page.print-label"), () => onPaper("label")),
    made.qr && button(say("page.save-picture"), picture), button(say("page.save-page"), () => file(false)),
    button(say("page.save-label"), () => file(true))), going);
}

/** The doors at which it opens nothing. @param {any} p */
function takesNone(p) {
  const none = (p.doors ?? []).filter((/** @type {any} */ x) => x.none).map((/** @type {any} */ x) => x.door);
  return none.length > 0 && h("p", null, say("page.pass-not-there", none.join(", ")));
}

/** How many uses lie at which door. @param {any} p @returns {string} */
export function lies(p) {
  return (p.doors ?? []).map((/** @type {any} */ x) => x.door + " " + x.left).join(", ");
}

/** From when until when. @param {any} p @returns {string} */
export function validity(p) {
  const from = when(p.from), until = when(p.until);
  return from + " – " + (from.slice(0, 10) === until.slice(0, 10) ? until.slice(11) : until);
}
