// @ts-check
// Leases that end: what ends with each of them, and one new end for those that are chosen. It is one
// act at the unit: all of them get it, or none.

import {ask} from "./dialog.js";
import {fill, h, name, put} from "./dom.js";
import {lastDay, later} from "./dates.js";
import {form} from "./form.js";
import {count, say} from "./say.js";
import {call, may, session} from "./session.js";
import {table} from "./table.js";
import {announce, badge, button, toast, waiting} from "./ui.js";
import {Refused} from "./wire.js";

/** @typedef {import("./types.d.ts").Place} Place */

/** How many can be named in one request; all of a list need not be named. */
const mostNamed = 800;

/** @type {import("./types.d.ts").View} */
export const leases = {
  id: "leases",
  title: "page.leases",
  group: "people",
  may: "reads-people",
  async show(place) {
    const soon = later((session().who?.now ?? "").slice(0, 10), 30);
    const by = /^\d{4}-\d\d-\d\d$/.test(place.path[0] ?? "") ? place.path[0] : soon;
    const list = h("div", null, waiting());
    const choose = form({submit: say("page.show-leases"), fields: [
      {name: "by", label: say("page.ending-by"), type: "date", required: true, value: by}],
    onSubmit: (values) => { location.hash = "#/leases/" + values.by; }});
    choose.classList.add("inline");
    put(place.root, h("p", {class: "lead"}, say("page.leases-lead")), choose,
      h("section", {class: "card", "aria-label": say("page.leases")}, list));
    await read(list, by, place);
  },
};

/** @param {HTMLElement} list @param {string} by @param {Place} place */
async function read(list, by, place) {
  /** @type {any[]} */
  const rows = [];
  await call("leases.list", {by}, {signal: place.signal, onEvent: (e) => rows.push(...e.rows)});
  fill(list, ...draw(rows, may("keeps-people"), (chosen) => extend(chosen, rows, by, place.signal).then((done) => {
    if (done) return read(list, by, place);
  })));
  announce(count("page.leases-end", rows.length, by));
}

/** @param {any[]} rows @param {boolean} keeps @param {(chosen: any[]) => Promise<void>} go */
function draw(rows, keeps, go) {
  const now = session().who?.now ?? "";
  const boxes = rows.map((l) => h("input", {type: "checkbox", "aria-label": say("page.choose-person", l.person.name)}));
  const all = h("input", {type: "checkbox", id: "all-leases"});
  const act = button("", () => go(rows.filter((_, i) => boxes[i].checked)), "main");
  const told = () => {
    const n = boxes.filter((b) => b.checked).length;
    fill(act, n > 0 ? count("page.extend-so-many", n) : say("page.choose-first"));
    act.disabled = n === 0;
    all.checked = n === rows.length;
    all.indeterminate = n > 0 && n < rows.length;
  };
  const shown = table({caption: say("page.lease-legend"), rows, empty: say("page.no-leases"), columns: [
    ...(keeps ? [{title: say("page.choose"), cell: (/** @type {any} */ l) => boxes[rows.indexOf(l)]}] : []),
    {title: say("page.lease-ends"), cell: (l) => h("span", {class: "badges"},
      h("time", {datetime: l.ends}, lastDay(l.ends)), l.ends <= now && badge("warn", say("page.over")))},
    {title: say("page.apartment"), cell: (l) => name(l.person.apartment ?? "")},
    {title: say("page.name"), head: true,
      cell: (l) => h("a", {href: "#/people/" + l.person.person}, name(l.person.name))},
    {title: say("page.cards-stop"), cell: (l) => String(l.cards)},
    {title: say("page.pins-stop"), cell: (l) => String(l.pins)},
    {title: say("page.face-erased"), cell: (l) => l.face ? l.ends.slice(0, 10) : "–"},
    {title: say("page.all-erased"), cell: (l) => l.forgotten.slice(0, 10)},
  ]});
  if (!keeps || rows.length === 0) return [shown];
  shown.addEventListener("change", told);
  all.addEventListener("change", () => {
    for (const b of boxes) b.checked = all.checked;
    told();
  });
  told();
  return [h("div", {class: "check all"}, all, h("label", {for: "all-leases"}, say("page.choose-all"))), shown,
    h("div", {class: "buttons stay"}, act)];
}

/**
 * Asks for the new end of leases, and extends them all or none.
 * @param {any[]} chosen @param {any[]} all @param {string} by @param {AbortSignal} signal
 */
async function extend(chosen, all, by, signal) {
  const asked = await ask({
    title: count("page.extend-so-many", chosen.length), text: say("page.extend-text"), yes: say("page.extend"),
    fields: [
      {name: "until", label: say("page.new-last-day"), type: "date"},
      {name: "open", label: say("page.no-end"), type: "checkbox"},
    ],
    async act({until, open}) {
      if (!until === !open) throw new Refused(0, "", "page.day-or-none");
      const whom = chosen.length === all.length ? {by, count: all.length}
        : {people: chosen.map((l) => l.person.person)};
      if (whom.people && whom.people.length > mostNamed) throw new Refused(0, "", "page.too-many-chosen");
      await call("leases.extend", {...whom, until}, {signal});
      toast(say("page.done"));
    },
  });
  return asked !== null;
}
