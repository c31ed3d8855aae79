// @ts-check
// What is printed on A4: notice, sign, commitment, the self-test's report, and the dossier. Each is
// made anew when it is opened.

import {fill, h, put} from "./dom.js";
import {showPaper} from "./framed.js";
import {language, say} from "./say.js";
import {call} from "./session.js";
import {button, facts, problem, progress, section} from "./ui.js";

/** @typedef {import("./types.d.ts").Place} Place */

/** @type {import("./types.d.ts").View} */
export const papers = {
  id: "papers",
  title: "page.papers",
  group: "law",
  may: "reads-people",
  show(place) {
    const own = language();
    const page = (/** @type {string} */ of, /** @type {string} */ title, lang = own) => ({title, make: () =>
      call("law.page", {page: of, lang}, {signal: place.signal, timeout: 0})});
    const inChinese = say("page.in-chinese"), inEnglish = say("page.in-english");
    /** @type {Made} */
    const sealed = {title: say("page.dossier"), make: (take) =>
      call("law.dossier", {}, {signal: place.signal, timeout: 0, onProgress: take})};
    put(place.root, h("div", {class: "papers"},
      card(place, say("page.sign"), say("page.sign-text"), {[say("page.open")]: page("sign", say("page.sign"))}),
      card(place, say("page.notice"), say("page.notice-text"), {
        [inChinese]: page("notice", say("page.notice"), "zh"),
        [inEnglish]: page("notice", say("page.notice"), "en")}),
      card(place, say("page.commitment"), say("page.commitment-text"), {
        [inChinese]: page("commitment", say("page.commitment"), "zh"),
        [inEnglish]: page("commitment", say("page.commitment"), "en")}),
      card(place, say("page.report"), say("page.report-text"), {
        [say("page.open")]: page("report", say("page.report"))}),
      card(place, say("page.dossier"), say("page.dossier-text"), {[say("page.make-and-open")]: sealed})));
  },
};

/** @typedef {{title: string, make: (take: (p: import("./types.d.ts").Progress) => void) => Promise<any>}} Made */

/** @param {Place} place @param {string} title @param {string} text @param {Record<string, Made>} ways */
function card(place, title, text, ways) {
  const shown = h("div");
  return section(title, h("p", null, text), h("div", {class: "buttons"}, Object.entries(ways).map(([says, made]) => {
    const one = button(says, async () => {
      const how = progress(say("page.being-made"));
      fill(shown, how.element);
      try {
        const got = await made.make(how.take);
        fill(shown, got.key ? facts([[say("page.verifying-key"), h("code", null, got.key)]]) : null);
        showPaper(got.file.name, made.title, place.signal);
      } catch (error) {
        fill(shown, problem(error));
      }
    });
    one.setAttribute("aria-label", title + ": " + says);
    return one;
  })), shown);
}
