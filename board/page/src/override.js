// @ts-check
// Opening, lockdown and evacuation of this door alone, each asked for once more. Those of all doors
// of a site are in orders.js.

import {ask, confirm} from "./dialog.js";
import {h} from "./dom.js";
import {duration, say} from "./say.js";
import {call} from "./session.js";
import {button, toast} from "./ui.js";
import {Refused} from "./wire.js";

/**
 * What can be done at this door. An order of the site ends by a button of its own, a key switch by its key.
 * @param {any} s @param {() => Promise<void>} again
 */
export function acts(s, again) {
  const own = s.own ?? s; // a unit of an earlier version does not tell them apart
  return h("div", {class: "buttons"},
    button(say("page.open-door"), () => openDoor(again), "main"),
    own.lockedDown ? button(say("page.end-lockdown"), () => override("door.lockdown", false, again))
      : !s.lockedDown && button(say("page.begin-lockdown"), () => override("door.lockdown", true, again)),
    own.evacuated ? button(say("page.end-evacuation"), () => override("door.evacuate", false, again))
      : !s.evacuated && button(say("page.begin-evacuation"), () => override("door.evacuate", true, again)));
}

/** @param {() => Promise<void>} again */
async function openDoor(again) {
  await ask({
    title: say("page.open-door"), text: say("page.open-door-text"), yes: say("page.open-now"),
    fields: [{name: "reason", label: say("page.reason"), hint: say("page.reason-hint"), required: true, max: 200}],
    async act({reason}) {
      const got = await call("door.open", {reason});
      if (!got.granted) throw new Refused(1, say("page.stays-locked", got.reason.text));
      toast(say("page.open-for", duration(got.for)));
      await again();
    },
  });
}

/** @param {"door.lockdown" | "door.evacuate"} method @param {boolean} on @param {() => Promise<void>} again */
async function override(method, on, again) {
  const down = method === "door.lockdown";
  await confirm({
    title: down ? (on ? say("page.begin-lockdown") : say("page.end-lockdown"))
      : (on ? say("page.begin-evacuation") : say("page.end-evacuation")),
    text: down ? (on ? say("page.lockdown-text") : say("page.lockdown-end-text"))
      : (on ? say("page.evacuation-text") : say("page.evacuation-end-text")),
    yes: down ? (on ? say("page.lock-now") : say("page.end-now")) : (on ? say("page.unlock-now") : say("page.end-now")),
    danger: on,
    async act() {
      await call(method, {on});
      toast(say("page.done"));
      await again();
    },
  });
}
