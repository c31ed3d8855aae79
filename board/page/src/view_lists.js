// @ts-check
// Import and export: a list of people from a spreadsheet, dropped or chosen, with what it would do
// line by line before it is done as one act; the last import and its undoing; lists to take along.

import {h, put} from "./dom.js";
import {showImport} from "./lists_import.js";
import {showLast} from "./lists_last.js";
import {takeList} from "./lists_take.js";
import {say} from "./say.js";
import {may} from "./session.js";
import {button, section} from "./ui.js";

/** @typedef {import("./types.d.ts").Place} Place */

/** @type {import("./types.d.ts").View} */
export const lists = {
  id: "lists",
  title: "page.lists",
  group: "people",
  may: "reads-records",
  async show(place) {
    if (!may("keeps-people")) return put(place.root, exports(place));
    const bring = section(say("page.import")), last = section(say("page.last-import"));
    put(place.root, bring, h("div", {class: "beside"}, last, exports(place)));
    const again = () => showLast(last, place, again);
    await Promise.all([showImport(bring, place, again), again()]);
  },
};

/** The lists that the role may take along. @param {Place} place */
function exports(place) {
  const told = h("div");
  const offered = /** @type {[string, string, boolean][]} */ ([
    ["people", say("page.list-people"), may("reads-people")],
    ["visitors", say("page.list-visitors"), may("reads-people")],
    ["decisions", say("page.list-decisions"), true],
    ["counters", say("page.list-counters"), true],
  ]).filter(([, , allowed]) => allowed);
  return section(say("page.export"), h("p", {class: "hint"}, say("page.export-lead")),
    h("ul", {class: "offers"}, offered.map(([list, text]) => h("li", null, h("span", null, text),
      button(say("page.save-list"), () => takeList(list, told, place))))), told);
}
