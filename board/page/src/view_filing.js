// @ts-check
// How many people of the site have a face, and the filing with the authority that is due from
// 100,000 of them on.

import {ask} from "./dialog.js";
import {fill, h, name, put} from "./dom.js";
import {say, when} from "./say.js";
import {call, may} from "./session.js";
import {button, facts, note, section, toast, waiting} from "./ui.js";

/** @type {import("./types.d.ts").View} */
export const filing = {
  id: "filing",
  title: "page.filing",
  group: "law",
  may: "reads-people",
  async show(place) {
    const body = h("div", {class: "view"}, waiting());
    put(place.root, body);
    const draw = (/** @type {any} */ f) => fill(body, ...page(f, draw));
    draw(await call("filing.get", {}, {signal: place.signal}));
  },
};

/** @param {any} f @param {(f: any) => void} draw */
function page(f, draw) {
  const number = (/** @type {number} */ n) => n.toLocaleString("en");
  const late = f.all >= f.dueFrom && !f.filed;
  return [
    late ? note("bad", h("p", null, h("strong", null, say("page.file-now", when(f.reached).slice(0, 10), f.days))))
      : f.filed ? note("good", h("p", null,
        say("page.filed-with", when(f.filed).slice(0, 10), f.authority ?? "", f.number ?? "")))
        : note("calm", h("p", null, say("page.filing-from", number(f.dueFrom), f.days))),
    section(say("page.people-with-face"), facts([
      [say("page.at-this-door"), number(f.here)],
      [say("page.at-doors-of-site"), f.site !== undefined && number(f.site)],
      [others(f), number(f.elsewhere)],
      [say("page.in-all"), h("strong", null, number(f.all))],
      [say("page.filing-due-from"), number(f.dueFrom)],
      [say("page.reached-on"), when(f.reached).slice(0, 10)],
      [say("page.handler-filed"), f.handler ? name(f.handler) : ""],
    ])),
    may("keeps-people") ? h("div", {class: "buttons"}, button(say("page.set-elsewhere"), () => elsewhere(f, draw)),
      button(say("page.record-filing"), () => filed(draw))) : null,
  ];
}

/** Whose figure staff put down: the doors of a site tell theirs themselves. @param {any} f */
function others(f) {
  return f.site === undefined ? say("page.at-other-doors") : say("page.outside-site");
}

/** @param {any} f @param {(f: any) => void} draw */
async function elsewhere(f, draw) {
  await ask({
    title: say("page.set-elsewhere"), yes: say("page.put-on-file"),
    fields: [{name: "people", label: others(f), hint: say("page.elsewhere-hint"), type: "number",
      required: true, value: String(f.elsewhere), check: (n) => /^\d{1,9}$/.test(n) ? "" : say("page.not-a-count")}],
    async act({people}) {
      draw(await call("filing.elsewhere", {people: Number(people)}));
      toast(say("page.done"));
    },
  });
}

/** @param {(f: any) => void} draw */
async function filed(draw) {
  await ask({
    title: say("page.record-filing"), text: say("page.record-filing-text"), yes: say("page.put-on-file"),
    fields: [{name: "authority", label: say("page.authority"), required: true, max: 200},
      {name: "number", label: say("page.filing-number"), required: true, max: 100}],
    async act({authority, number}) {
      draw(await call("filing.filed", {authority, number}));
      toast(say("page.done"));
    },
  });
}
