// @ts-check
// The rules of the law: what is broken or to be done first, each with its remedy and the way to it;
// then those that are kept. The sign that was seen and what was found out go on record here.

import {ask, confirm} from "./dialog.js";
import {fill, h, name, put} from "./dom.js";
import {count, say, when} from "./say.js";
import {call, may} from "./session.js";
import {table} from "./table.js";
import {badge, button, note, problem, section, toast, waiting} from "./ui.js";
import {waits} from "./waits.js";

/** @typedef {import("./types.d.ts").Place} Place */

/** The view in which a rule's papers are written. @type {Record<string, string>} */
const doneAt = {"R-PIA": "assessment", "R-INCIDENT": "incidents", "R-RIGHTS": "requests", "R-FILING": "filing"};

/** @type {import("./types.d.ts").View} */
export const law = {
  id: "law",
  title: "page.law",
  group: "law",
  async show(place) {
    const body = h("div", {class: "view"}, waiting());
    put(place.root, body);
    const again = async () => fill(body, ...draw(await call("law.rules", {}, {signal: place.signal}), place, again));
    await again();
  },
};

/** In which order they need somebody. */
const order = ["broken", "due", "kept"];

/** @param {any} l @param {Place} place @param {() => Promise<void>} again */
function draw(l, place, again) {
  const open = l.rules.filter((/** @type {any} */ r) => r.problems?.length)
    .sort((/** @type {any} */ a, /** @type {any} */ b) => order.indexOf(a.state.code) - order.indexOf(b.state.code));
  const kept = l.rules.filter((/** @type {any} */ r) => !r.problems?.length);
  return [
    l.facesOff ? note("bad", h("p", null, h("strong", null, say("page.faces-off-by-law", l.facesOff.code))),
      h("p", null, say("page.cards-work"))) : null,
    open.length === 0 ? note("good", h("p", null, say("page.every-rule-kept"))) : section(say("page.to-be-done"),
      h("ul", {class: "rules"}, open.map((/** @type {any} */ r) => openRule(r, again)))),
    section(say("page.rules-kept"), h("ul", {class: "rules"}, kept.map(keptRule))),
    waits(place),
    records(again),
    may("reads-people") ? renewals(place) : null,
  ].filter((x) => x !== null);
}

/** @param {any} r @param {() => Promise<void>} again */
function openRule(r, again) {
  const bad = r.state.code === "broken";
  return h("li", {class: bad ? "bad" : "soon"},
    h("p", null, badge(bad ? "bad" : "warn", r.state.text), " ", h("strong", null, r.id), " ",
      h("span", {class: "hint"}, r.source)),
    r.problems.map((/** @type {any} */ p) => h("div", {class: "problem"}, h("p", null, h("b", null, p.wrong)),
      h("p", null, p.remedy))),
    h("p", {class: "hint"}, r.says, bad && r.protects ? " " + say("page.turns-faces-off") : null),
    doneAt[r.id] && may("reads-people") ? h("p", null, h("a", {href: "#/" + doneAt[r.id]}, say("page." + doneAt[r.id])))
      : r.id === "R-NOTICE" && may("opens-door") ? button(say("page.saw-sign"), () => seeSign(again)) : null);
}

/** @param {any} r */
function keptRule(r) {
  return h("li", null, h("details", null, h("summary", null, h("strong", null, r.id), " ", r.says),
    h("p", {class: "hint"}, r.source), r.protects ? h("p", {class: "hint"}, say("page.turns-faces-off")) : null));
}

/** What is put on record at any time. @param {() => Promise<void>} again */
function records(again) {
  if (!may("opens-door")) return null;
  return section(say("page.put-on-record"), h("p", null, say("page.sign-hint")),
    h("div", {class: "buttons"}, button(say("page.saw-sign"), () => seeSign(again)),
      may("keeps-people") ? button(say("page.inquiry"), () => inquire(again)) : null));
}

/** @param {() => Promise<void>} again */
async function seeSign(again) {
  await confirm({title: say("page.saw-sign"), text: say("page.sign-sure"), yes: say("page.yes-saw-it"), async act() {
    await call("law.sign");
    toast(say("page.sign-seen"));
    await again();
  }});
}

/** @param {() => Promise<void>} again */
async function inquire(again) {
  await ask({
    title: say("page.inquiry"), text: say("page.inquiry-text"), yes: say("page.put-on-file"),
    fields: [{name: "found", label: say("page.found-out"), hint: say("page.found-out-hint"), type: "textarea",
      required: true}],
    async act({found}) {
      await call("law.inquiry", {found});
      toast(say("page.done"));
      await again();
    },
  });
}

/** Who agreed to a notice that has changed since: read when asked for. @param {Place} place */
function renewals(place) {
  const body = h("div");
  const step = 50;
  const look = async (/** @type {number} */ from) => {
    try {
      const {people, all} = await call("law.renewals", {from, count: step}, {signal: place.signal});
      fill(body, table({
        caption: count("page.renewals-count", all), rows: people, empty: say("page.nobody-renews"),
        columns: [
          {title: say("page.name"), head: true, cell: (r) => name(r.person.name)},
          {title: say("page.apartment"), cell: (r) => name(r.person.apartment ?? "")},
          {title: say("page.agreed"), cell: (r) => when(r.agreed).slice(0, 10)},
        ],
      }), all > 0 ? h("p", {class: "hint"}, say("page.renew-at-visit")) : null,
      from + step < all ? button(say("page.next-ones"), () => look(from + step), "quiet") : null);
    } catch (error) {
      fill(body, problem(error));
    }
  };
  return section(say("page.renewals"), h("p", null, say("page.renewals-text")), body,
    h("div", {class: "buttons"}, button(say("page.show-them"), () => look(0))));
}
