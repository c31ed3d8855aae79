// @ts-check
// A reader, as the installer sees it: what came from it and, where the unit talks with it, how it is
// connected, with the install of its key.

import {fill, h, name} from "./dom.js";
import {drawFrame} from "./pulses.js";
import {say} from "./say.js";
import {call} from "./session.js";
import {badge, facts, note} from "./ui.js";
import {work} from "./work.js";

/**
 * @param {any} first what is known of it now
 * @param {AbortSignal} signal of the view
 * @returns {{element: HTMLElement, take: (r: any) => void}} take shows what is known later
 */
export function reader(first, signal) {
  const now = h("div");
  const install = first.link ? work(say("page.reader-install"), say("page.asking"), async (told, stop) => {
    await call("install.reader", {reader: first.name}, {signal: stop, timeout: 0, onProgress: told});
    return note("good", h("p", null, say("page.reader-installed")));
  }, signal) : null;
  const take = (/** @type {any} */ r) => fill(now, ...(r.link ? drawLink(r) : drawWire(r)));
  take(first);
  return {take, element: h("div", {class: "reader"},
    h("h3", null, name(first.name), " ", h("span", {class: "optional"}, first.kind)), now,
    install ? [h("p", {class: "hint"}, say("page.reader-install-hint")),
      h("div", {class: "buttons"}, install.button), install.place] : null)};
}

/** @param {any} r a reader that only speaks */
function drawWire(r) {
  return [r.fault ? note("bad", h("p", null, name(r.fault))) : null, facts(counted(r)),
    r.frames.length > 0 ? h("ol", {class: "frames", "aria-label": say("page.last-frames")}, r.frames.map(drawFrame))
      : r.kind === "wiegand" ? h("p", {class: "empty"}, say("page.no-frames")) : null];
}

/** @param {any} r a reader that the unit talks with */
function drawLink(r) {
  const l = r.link;
  const wrong = l.secure ? r.fault : l.why;
  return [
    h("p", null, l.secure ? badge("good", say("page.reader-secure")) : badge("bad", say("page.reader-not-secure"))),
    wrong ? note("bad", h("p", null, name(wrong))) : null,
    l.opened ? note("bad", h("p", null, say("page.reader-opened"))) : null,
    l.supplyFails ? note("bad", h("p", null, say("page.reader-supply-fails"))) : null,
    l.write ? note("warn", h("p", null, name(l.write))) : null,
    facts([
      [say("page.reader-next"), l.next?.slice(11, 19)], // within seconds
      [say("page.reader-address"), say("page.reader-at", l.address, l.speed)],
      [say("page.reader-device"), l.device ? l.proven ? l.device : say("page.reader-in-clear", l.device) : ""],
      [say("page.reader-abilities"), listed(l.abilities)],
      [say("page.reader-inputs"), listed(l.inputs ?? [])],
      [say("page.reader-outputs"), listed(l.outputs ?? [])],
      ...counted(r),
    ]),
  ];
}

/** @param {any} r @returns {[string, string][]} what is not 0, and how much came */
function counted(r) {
  return r.counts.filter((/** @type {any} */ c, /** @type {number} */ i) => i === 0 || c.n > 0)
    .map((/** @type {any} */ c) => [c.of.text, String(c.n)]);
}

/** @param {string[]} words */
function listed(words) { return words.join(say("page.comma")); }
