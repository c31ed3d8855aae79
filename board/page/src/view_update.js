// @ts-check
// Another version of the whole system, from a USB stick at the unit: looked at, installed beside the
// one that runs, and tried once; the unit keeps it only if everything works.

import {confirm} from "./dialog.js";
import {fill, h, put} from "./dom.js";
import {say} from "./say.js";
import {call} from "./session.js";
import {button, facts, note, problem, progress, section} from "./ui.js";
import {work} from "./work.js";

/** @typedef {import("./types.d.ts").Place} Place */

/** @type {import("./types.d.ts").View} */
export const update = {
  id: "update",
  title: "page.update",
  group: "unit",
  may: "updates-unit",
  show(place) {
    const look = work(say("page.look-for-update"), say("page.looking"), async (onProgress, signal) => {
      const o = await call("update.look", {}, {signal, timeout: 0, onProgress});
      return offered(o, place);
    }, place.signal, "main");
    put(place.root, section(say("page.from-stick"), h("p", null, say("page.update-text")),
      h("div", {class: "buttons"}, look.button), look.place));
  },
};

/** @param {any} o @param {Place} place */
function offered(o, place) {
  const body = h("div");
  fill(body, facts([
    [say("page.running-version"), o.running],
    [o.written ? say("page.installed-not-tried") : say("page.on-the-stick"), h("strong", null, o.version)],
    [say("page.signed-by"), o.signer ?? ""],
  ]), o.again ? note("calm", h("p", null, say("page.same-version"))) : null,
  o.migrates ? note("warn", h("p", null, say("page.update-migrates"))) : null,
  o.written ? restart(o, body) : install(o, body, place));
  return body;
}

/** @param {any} o @param {HTMLElement} body @param {Place} place */
function install(o, body, place) {
  return h("div", {class: "buttons"}, button(say("page.install-update"), async () => {
    const says = say("page.install-update");
    if (!await confirm({title: says, text: say("page.install-sure"), yes: says})) return;
    const how = progress(say("page.installing"));
    fill(body, how.element);
    try {
      await call("update.install", {version: o.version}, {timeout: 0, signal: place.signal, onProgress: how.take});
      fill(body, note("good", h("p", null, say("page.installed"))), restart(o, body));
    } catch (error) {
      fill(body, problem(error));
    }
  }, "main"));
}

/** @param {any} o @param {HTMLElement} body */
function restart(o, body) {
  return h("div", {class: "buttons"}, button(say("page.restart-to-try"), () => confirm({
    title: say("page.restart-to-try"), text: say("page.restart-text"), yes: say("page.restart-now"), danger: true,
    async act() {
      await call("update.try", {version: o.version}, {timeout: 0});
      fill(body, note("calm", h("p", null, say("page.restarting"))));
    },
  }), "danger"));
}
