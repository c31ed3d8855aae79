// @ts-check
// What a person agrees to: the notice in force, whole, in their language, to be read or printed; a
// guardian for a child; and then their own act, their card at the door.

import {fill, h, put} from "./dom.js";
import {form} from "./form.js";
import {paper} from "./paper.js";
import {allLanguages, say} from "./say.js";
import {call} from "./session.js";
import {button, note, problem, progress, section} from "./ui.js";

/** @typedef {import("./view_face.js").Way} Way */
/** @typedef {{notice: string, lang: string, guardian: string, guardianName: string, doors: string[]}} Given */

/**
 * The notice, and what is said to it. The version that was shown goes back with the yes.
 * @param {Way} way
 * @param {{title: string, question: string, yes: string, doors: boolean, onYes: (given: Given) => void,
 *   onNo: () => any}} of doors: they may name doors to which their template goes
 * @returns {Promise<HTMLElement>}
 */
export async function readNotice(way, of) {
  const shown = h("section", {class: "card notice"});
  const minor = way.person.details.minor;
  const draw = async (/** @type {string} */ lang) => {
    const n = await call("faces.notice", {lang}, {signal: way.signal});
    const doors = of.doors ? named(n, way) : [];
    const said = form({
      fields: [
        {name: "read", label: of.question, type: "checkbox", required: true},
        ...(minor ? [
          {name: "guardianName", label: say("page.guardian-name"), required: true, max: 100},
          {name: "guardian", label: say("page.guardian"), hint: say("page.guardian-hint"), required: true, max: 40},
        ] : []),
        ...doors.map((door, i) => ({name: "door" + i, label: say("page.also-at", door), type: "checkbox"})),
      ],
      submit: of.yes,
      onSubmit: ({guardian = "", guardianName = "", ...ticked}) => of.onYes({notice: n.hash, lang: n.lang, guardian,
        guardianName, doors: doors.filter((_, i) => ticked["door" + i])}),
    });
    const answers = /** @type {HTMLElement} */ (said.querySelector(".buttons"));
    answers.classList.add("even"); // a yes and a no weigh the same
    /** @type {HTMLElement} */ (answers.querySelector("button")).className = "plain";
    put(answers, button(say("page.notice-no"), of.onNo));
    fill(shown, h("h2", null, of.title), tools(n.lang, draw),
      paper(n.text, n.lang, say("page.notice-foot", n.version, n.hash)),
      minor ? note("warn", h("p", null, say("page.guardian-decides"))) : null, said);
  };
  call("faces.show", {person: way.person.person}, {signal: way.signal}).catch(() => {}); // at the door, too
  await draw(way.person.details.lang);
  return shown;
}

/**
 * The doors to which their template may go, and does not yet: none is ticked.
 * @param {any} n the notice @param {Way} way @returns {string[]}
 */
function named(n, way) {
  const has = (way.person.face.named ?? []).map((/** @type {any} */ d) => d.name);
  return (n.doors ?? []).filter((/** @type {string} */ d) => !has.includes(d));
}

/** @param {string} lang @param {(lang: string) => Promise<void>} draw */
function tools(lang, draw) {
  const others = allLanguages().filter((code) => code !== lang);
  return h("div", {class: "buttons tools"}, button(say("page.print"), () => window.print()), others.map((code) => {
    const one = button(new Intl.DisplayNames([code], {type: "language"}).of(code) ?? code, () => draw(code), "quiet");
    one.lang = code;
    return one;
  }));
}

/**
 * Waits for the person's own card at the door. What they are asked for stands there large, in
 * their language.
 * @param {Way} way @param {string} method @param {Given} given @param {string} done what is told then
 * @returns {HTMLElement}
 */
export function askCard(way, method, given, done) {
  const stage = h("div");
  const ask = async () => {
    const until = new AbortController();
    const shown = progress(say("page.card-waiting"), () => until.abort());
    shown.element.classList.add("asked");
    shown.element.lang = given.lang;
    fill(stage, shown.element);
    try {
      await call(method, {person: way.person.person, ...given},
        {signal: AbortSignal.any([until.signal, way.signal]), timeout: 0, onProgress: shown.take});
      await way.again(note("good", h("p", null, done)));
    } catch (error) {
      fill(stage, problem(error), h("div", {class: "buttons"}, button(say("page.try-again"), ask, "main"),
        button(say("page.leave-it"), () => way.again(), "quiet")));
    }
  };
  ask();
  return section(say("page.card-own"), h("p", null, say("page.card-means")), stage);
}
