// @ts-check
// The unit's time and where it comes from; set by hand or from this computer. A large change is asked
// for once more, and one far ahead destroys nothing by date until a manager confirms it.

import {confirm} from "./dialog.js";
import {fill, h, put} from "./dom.js";
import {form} from "./form.js";
import {duration, say, when} from "./say.js";
import {call, may} from "./session.js";
import {button, facts, note, problem, section, toast, waiting} from "./ui.js";

/** Changes that are asked about: more than a correction, and more likely a slip; as the console. */
const jump = 5 * 60, farAway = 7 * 86400;

/** @type {import("./types.d.ts").View} */
export const clock = {
  id: "clock",
  title: "page.clock",
  group: "unit",
  async show(place) {
    const body = h("div", {class: "view"}, waiting());
    put(place.root, body);
    const again = async () => fill(body, ...draw(await call("clock.get", {}, {signal: place.signal}), again));
    await again();
  },
};

/** @param {any} c @param {() => Promise<void>} again */
function draw(c, again) {
  const here = new Date();
  const ahead = (here.getTime() - Date.parse(c.now)) / 1000;
  const set = async (/** @type {() => string} */ at, /** @type {number} */ by) => {
    const act = async () => {
      await call("clock.set", {at: at()});
      toast(say("page.done"));
      await again();
    };
    if (Math.abs(by) <= jump) return act();
    await confirm({title: say("page.is-it-right"), text: (by > 0 ? say("page.clock-ahead", when(c.now), c.zone,
      duration(by)) : say("page.clock-back", when(c.now), c.zone, duration(-by))) +
      (by > farAway ? " " + say("page.leases-expire") : ""), yes: say("page.set-it"), danger: by > farAway, act});
  };
  const fromHere = async () => {
    try {
      await set(() => new Date().toISOString(), ahead);
    } catch (error) {
      fill(trouble, problem(error));
    }
  };
  const trouble = h("div");
  return [
    section(say("page.time-at-door"), h("p", {class: "door-state"}, h("time", {datetime: c.now}, when(c.now))), facts([
      [say("page.zone"), c.zone],
      [say("page.comes-from"), c.from.text],
      [say("page.this-computer"), difference(ahead)],
    ]), c.doubt ? note("warn", h("p", null, c.doubt)) : null,
    c.doubt && may("keeps-people") ? h("div", {class: "buttons"},
      button(say("page.confirm-time"), () => confirmTime(c, again))) : null),
    may("sets-time") ? section(say("page.set-clock"), h("p", null, say("page.set-clock-text", c.zone)),
      h("div", {class: "buttons"}, button(say("page.take-this-computers"), fromHere, "main")), trouble, form({
        submit: say("page.set-by-hand"),
        fields: [{name: "at", label: say("page.new-time"), hint: say("page.in-zone", c.zone), type: "datetime-local",
          required: true, value: c.now.slice(0, 16)}],
        onSubmit: ({at}) => set(() => at, (Date.parse(at + c.now.slice(19)) - Date.parse(c.now)) / 1000),
      })) : null,
  ];
}

/** @param {number} ahead seconds */
function difference(ahead) {
  if (Math.abs(ahead) < 2) return say("page.shows-the-same");
  return ahead > 0 ? say("page.is-ahead", duration(ahead)) : say("page.is-behind", duration(-ahead));
}

/** @param {any} c @param {() => Promise<void>} again */
async function confirmTime(c, again) {
  await confirm({title: say("page.is-it-right"), text: say("page.confirm-time-text", when(c.now), c.zone),
    yes: say("page.confirm-time"), danger: true, async act() {
      await call("clock.confirm");
      toast(say("page.done"));
      await again();
    }});
}
