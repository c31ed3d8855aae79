// @ts-check
// The files that the unit has made, to be saved here or carried on a USB stick at the unit; and what
// is on that stick.

import {fill, h, name, put} from "./dom.js";
import {save} from "./file.js";
import {showPaper} from "./framed.js";
import {count, say, when} from "./say.js";
import {call} from "./session.js";
import {table} from "./table.js";
import {button, note, problem, section, waiting} from "./ui.js";
import {work} from "./work.js";

/** @typedef {import("./types.d.ts").Place} Place */

/** @type {import("./types.d.ts").View} */
export const files = {
  id: "files",
  title: "page.files",
  group: "unit",
  may: "reads-people",
  async show(place) {
    const body = h("div", null, waiting());
    const all = work(say("page.copy-all"), say("page.copying"), (told, stop) => carry([], told, stop), place.signal);
    const look = work(say("page.look-at-stick"), say("page.looking"), async (onProgress, signal) => {
      const got = await call("stick.list", {}, {signal, timeout: 0, onProgress});
      const caption = say("page.on-stick-caption");
      return [table({caption, rows: got.files, empty: say("page.stick-empty"), columns: plain}),
        got.more ? h("p", {class: "hint"}, count("page.stick-more", got.more)) : null];
    }, place.signal);
    put(place.root, section(say("page.made-by-unit"), body), section(say("page.usb-stick"), h("p", null,
      say("page.stick-text")), h("div", {class: "buttons"}, all.button, look.button), all.place, look.place));
    const got = await call("file.list", {}, {signal: place.signal});
    fill(body, list(got.slice(0, 200), place));
  },
};

/** @type {import("./table.js").Column<any>[]} */
const plain = [
  {get title() { return say("page.file"); }, head: true, cell: (f) => name(f.name)},
  {get title() { return say("page.size"); }, number: true, cell: (f) => size(f.size)},
  {get title() { return say("page.written"); }, cell: (f) => when(f.at)},
];

/** @param {any[]} rows @param {Place} place */
function list(rows, place) {
  return table({
    caption: say("page.leaving-recorded"), rows, empty: say("page.no-files"),
    columns: [...plain, {title: say("page.more"), cell: (f) => {
      const trouble = h("div");
      const tried = (/** @type {Promise<any>} */ act) => act.catch((error) => fill(trouble, problem(error)));
      const copy = () => tried(carry([f.name], () => {}, place.signal).then((said) => fill(trouble, said)));
      const acts = [
        f.name.endsWith(".html") ? button(say("page.open"), () => showPaper(f.name, f.name, place.signal), "quiet")
          : button(say("page.save-here"), () => tried(save(f.name, () => {}, place.signal)), "quiet"),
        button(say("page.onto-stick"), copy, "quiet"),
      ];
      for (const one of acts) one.setAttribute("aria-label", one.textContent + ": " + f.name);
      return h("div", {class: "acts"}, acts, trouble);
    }}],
  });
}

/**
 * @param {string[]} names @param {import("./work.js").Told} onProgress @param {AbortSignal} signal
 */
async function carry(names, onProgress, signal) {
  const got = await call("stick.copy", {names}, {signal, timeout: 0, onProgress});
  return note("good", h("p", null, count("page.on-stick-now", got.all)),
    h("ul", null, got.files.filter((/** @type {any} */ f) => f.as).map((/** @type {any} */ f) =>
      h("li", null, say("page.copied-as", f.name, f.as)))));
}

/** A size as people say it. @param {number} bytes */
function size(bytes) {
  for (const unit of ["B", "kB", "MB"]) {
    if (bytes < 10000) return bytes + " " + unit;
    bytes = Math.ceil(bytes / 1000);
  }
  return bytes + " GB";
}
