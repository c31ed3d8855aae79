// @ts-check
// Installer: the wiring drawing, the readers with their counters and raw pulses, and the way to the
// self-test (#/install/check), which has a module of its own.

import {showCheck} from "./check.js";
import {fill, h, name, put} from "./dom.js";
import {drawHeader, wireTable} from "./header.js";
import {reader} from "./reader.js";
import {say} from "./say.js";
import {call} from "./session.js";
import {button, note, problem, section, waiting} from "./ui.js";

/** @typedef {import("./types.d.ts").Place} Place */

/** How often the readers are asked, in milliseconds. */
const every = 2000;

/** @type {import("./types.d.ts").View} */
export const install = {
  id: "install",
  title: "page.installer",
  group: "unit",
  may: "opens-door",
  async show(place) {
    if (place.path[0] === "check") return showCheck(place);
    const wires = h("div", null, waiting());
    const readers = h("div", null, waiting());
    put(place.root,
      h("div", {class: "to-check"}, section(say("page.self-test"), h("p", null, say("page.self-test-text")),
        h("div", {class: "buttons"}, button(say("page.self-test-begin"), () => { location.hash = "#/install/check"; },
          "main")))),
      section(say("page.wiring"), wires), section(say("page.install-readers"), h("p", {class: "hint"},
        say("page.readers-hint")), readers));
    fill(wires, drawWiring(await call("install.wiring", {}, {signal: place.signal})));
    const ask = () => call("install.readers", {}, {signal: place.signal});
    const failed = h("div");
    const shown = (await ask()).map((/** @type {any} */ r) => ({...reader(r, place.signal), last: JSON.stringify(r)}));
    fill(readers, failed, shown.map((/** @type {any} */ s) => s.element));
    const look = async () => {
      (await ask()).forEach((/** @type {any} */ r, /** @type {number} */ i) => {
        const now = JSON.stringify(r);
        if (now !== shown[i].last) shown[i].take(r);
        shown[i].last = now;
      });
      fill(failed);
    };
    const timer = setInterval(() => look().catch((error) => {
      if (!place.signal.aborted) fill(failed, problem(error));
    }), every);
    place.signal.addEventListener("abort", () => clearInterval(timer));
  },
};

/** @param {any} w */
function drawWiring(w) {
  const known = w.pins.length > 0;
  return h("div", {class: "wiring"},
    known ? h("p", null, h("strong", null, name(w.title)), " · ", say("page.pin-1", w.pin1))
      : note("warn", h("p", null, say("page.board-unknown"))),
    w.found.map((/** @type {any} */ f) => note(f.refused ? "bad" : "warn", h("p", null, h("strong", null,
      f.refused ? say("page.wiring-refused") : say("page.wiring-warning")), " ", name(f.text)))),
    known ? h("div", {class: "scroll", tabindex: "0", role: "region", "aria-label": say("page.wiring")},
      drawHeader(w.pins)) : null,
    h("p", null, w.rest),
    listed(say("page.elsewhere"), w.elsewhere),
    listed(say("page.power"), w.power),
    known ? wireTable(w.pins) : null,
    h("div", {class: "buttons"}, button(say("page.install-print"), () => print(), "plain")));
}

/** @param {string} title @param {string[]} lines */
function listed(title, lines) {
  if (lines.length === 0) return null;
  return [h("h3", null, title), h("ul", null, lines.map((line) => h("li", null, name(line))))];
}
