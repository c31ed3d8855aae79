// @ts-check
// Installer: the wiring drawing, the readers with their counters and raw pulses, and the way to the
// self-test (#/install/check), which has a module of its own.

import {showCheck} from "./check.js";
import {fill, h, name, put} from "./dom.js";
import {drawHeader, wireTable} from "./header.js";
import {drawFrame} from "./pulses.js";
import {say} from "./say.js";
import {call} from "./session.js";
import {button, facts, note, problem, section, waiting} from "./ui.js";

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
    let before = "";
    const look = async () => {
      const all = await call("install.readers", {}, {signal: place.signal});
      const now = JSON.stringify(all);
      if (now !== before) fill(readers, all.map(drawReader));
      before = now;
    };
    await look();
    const timer = setInterval(() => look().catch((error) => {
      if (!place.signal.aborted) fill(readers, problem(error));
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

/** @param {any} r */
function drawReader(r) {
  const shown = r.counts.filter((/** @type {any} */ c, /** @type {number} */ i) => i === 0 || c.n > 0);
  return h("div", {class: "reader"}, h("h3", null, name(r.name), " ", h("span", {class: "optional"}, r.kind)),
    r.fault ? note("bad", h("p", null, name(r.fault))) : null,
    facts(shown.map((/** @type {any} */ c) => [c.of.text, String(c.n)])),
    r.frames.length > 0 ? h("ol", {class: "frames", "aria-label": say("page.last-frames")}, r.frames.map(drawFrame))
      : r.kind === "wiegand" ? h("p", {class: "empty"}, say("page.no-frames")) : null);
}
