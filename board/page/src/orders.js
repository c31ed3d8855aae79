// @ts-check
// Lockdown and evacuation of all doors of a site: what stands, and giving and ending it. Whoever
// ends one ends what is shown; one that was given elsewhere meanwhile stands.

import {ask, confirm} from "./dialog.js";
import {h} from "./dom.js";
import {duration, say, when} from "./say.js";
import {call, may} from "./session.js";
import {button, note, toast} from "./ui.js";

/** For how long one may be given, in seconds. */
const lengths = [1800, 3600, 2 * 3600, 4 * 3600, 8 * 3600, 24 * 3600];

/**
 * What stands, each with what ends it.
 * @param {any[]} orders @param {() => Promise<void>} again
 */
export function standing(orders, again) {
  return orders.map((o) => note("bad",
    h("p", null, h("strong", null, o.order.code === "lockdown" ? say("page.order-lockdown")
      : say("page.order-evacuation"))),
    h("p", null, o.by ? say("page.order-here", o.by, when(o.heard), when(o.until))
      : say("page.order-there", o.door, when(o.heard), when(o.until))),
    may("orders-site") && h("div", {class: "buttons"}, button(say("page.order-end"), () => end(o, again)))));
}

/** @param {any} o @param {() => Promise<void>} again */
async function end(o, again) {
  await confirm({title: say("page.order-end"), text: say("page.order-end-text"), yes: say("page.end-now"), async act() {
    await call("site.end", {orders: [o.id]});
    toast(say("page.done"));
    await again();
  }});
}

/** The buttons that give one. @param {() => Promise<void>} again */
export function giving(again) {
  return may("orders-site") && h("div", {class: "buttons"},
    button(say("page.order-lock-all"), () => give("lockdown", again)),
    button(say("page.order-open-all"), () => give("evacuation", again)));
}

/** @param {"lockdown" | "evacuation"} order @param {() => Promise<void>} again */
async function give(order, again) {
  const down = order === "lockdown";
  await ask({
    title: down ? say("page.order-lock-all") : say("page.order-open-all"),
    text: down ? say("page.order-lock-text") : say("page.order-open-text"),
    yes: down ? say("page.lock-now") : say("page.unlock-now"), danger: true,
    fields: [{name: "for", label: say("page.order-for"), type: "select", required: true, value: String(lengths[2]),
      options: lengths.map((s) => /** @type {[string, string]} */ ([String(s), duration(s)]))}],
    async act(values) {
      await call("site.order", {order, for: Number(values.for)});
      toast(say("page.done"));
      await again();
    },
  });
}
