// @ts-check
// Visitors: the passes that are kept, a new pass with its validity and uses, and its end. What opens
// the door is told when the pass is made, and never again.

import {choosePerson} from "./choose.js";
import {confirm} from "./dialog.js";
import {fill, h, name, put} from "./dom.js";
import {form} from "./form.js";
import {lies, showPass, validity} from "./pass.js";
import {count, say} from "./say.js";
import {call, may} from "./session.js";
import {table} from "./table.js";
import {announce, badge, button, toast, waiting} from "./ui.js";
import {Refused} from "./wire.js";

/** @typedef {import("./types.d.ts").Place} Place */

/** @type {import("./types.d.ts").View} */
export const visitors = {
  id: "visitors",
  title: "page.visitors",
  group: "people",
  may: "reads-people",
  show(place) {
    if (place.path[0] === "add" && may("keeps-people")) return add(place, place.path[1] ?? "");
    return showList(place);
  },
};

/** @param {Place} place */
async function showList(place) {
  const list = h("div", null, waiting());
  put(place.root, h("div", {class: "above"}, h("p", {class: "lead"}, say("page.visitors-lead")),
    may("keeps-people") && h("a", {class: "button main", href: "#/visitors/add"}, say("page.make-pass"))),
  h("section", {class: "card", "aria-label": say("page.visitors")}, list));
  await read(list, place);
}

/** @param {HTMLElement} list @param {Place} place */
async function read(list, place) {
  /** @type {any[]} */
  const rows = [];
  await call("passes.list", {}, {signal: place.signal, onEvent: (e) => rows.push(...e.rows)});
  const end = (/** @type {any} */ p) => confirm({
    title: say("page.end-pass-sure", p.number), text: say("page.end-pass-text"), yes: say("page.end-pass"),
    danger: true,
    async act() {
      await call("passes.end", {number: p.number}, {signal: place.signal});
      toast(say("page.done"));
    },
  }).then((done) => done ? read(list, place) : undefined);
  const open = (/** @type {any} */ p) => p.state.code === "" || p.state.code === "key ahead";
  fill(list, table({caption: count("page.passes-kept", rows.length), rows: rows.reverse(), empty: say("page.no-passes"),
    columns: [
      {title: say("page.number"), head: true, cell: (p) => h("code", null, p.number)},
      {title: say("page.state"), cell: (p) => badge(p.state.code === "" ? "good" : open(p) ? "calm" : "warn",
        p.state.text)},
      {title: say("page.valid"), cell: validity},
      {title: say("page.used-of"), cell: (p) => say("page.n-of-m", p.used, p.uses)},
      ...(rows.some((p) => p.doors) ? [{title: say("page.left-at"), cell: lies}] : []),
      {title: say("page.invited-by"), cell: (p) => p.host ? name(p.host) : say("page.staff")},
      {title: say("page.made-by"), cell: (p) => name(p.by)},
      ...(may("keeps-people") ? [{title: say("page.acts"), cell: (/** @type {any} */ p) => open(p)
        ? button(say("page.end-pass"), () => end(p), "quiet") : null}] : []),
    ]}));
  announce(count("page.passes-kept", rows.length));
}

/** How long a pass may be valid, in hours. */
const lengths = [1, 2, 4, 8, 12, 24, 48, 72, 168];

/** @param {Place} place @param {string} host whose page led here; empty: nobody's */
async function add(place, host) {
  place.title(say("page.make-pass"));
  fill(place.root, waiting());
  const {doors, seat} = await site(place.signal);
  const invites = host ? await call("people.get", {person: host}, {signal: place.signal}) : null;
  const shown = form({submit: say("page.make-pass"), onCancel: () => { location.hash = "#/visitors"; }, fields: [
    ...(invites ? [] : [{name: "host", label: say("page.invited-by"), hint: say("page.host-hint"), max: 200}]),
    {name: "from", label: say("page.valid-from"), hint: say("page.valid-from-hint"), type: "datetime-local"},
    {name: "hours", label: say("page.valid-for"), type: "select", required: true, value: "8", options: lengths.map(
      (n) => /** @type {[string, string]} */ ([String(n), n < 24 ? count("page.so-many-hours", n)
        : count("page.so-many-days", n / 24)]))},
    {name: "uses", label: say("page.opens-times"), hint: say("page.uses-hint"), type: "number", required: true,
      value: "1", check: (value) => /^\d+$/.test(value) && Number(value) >= 1 && Number(value) <= 255
        ? "" : say("page.uses-wrong")},
    ...(doors.length ? [{name: "doors", label: say("page.for-doors"), required: seat,
      hint: seat ? say("page.for-doors-of", doors.join(", ")) : say("page.for-doors-hint", doors.join(", "))}] : []),
  ], async onSubmit(values) {
    const one = values.host ? await choosePerson(values.host, place.signal) : null;
    if (values.host && !one) return;
    const made = await call("passes.add", {host: host || one?.person || "", from: values.from,
      for: Number(values.hours) * 3600, uses: Number(values.uses),
      doors: values.doors ? values.doors.split(/[,，]/) : []}, {signal: place.signal});
    place.title(say("page.pass-made"));
    fill(place.root, h("p", {class: "back"}, h("a", {href: "#/visitors"}, say("page.all-passes"))),
      showPass(made, place.signal));
    /** @type {HTMLElement | null} */ (document.querySelector("main h1"))?.focus();
  }});
  const back = h("p", {class: "back"}, h("a", {href: "#/visitors"}, say("page.all-passes")));
  fill(place.root, back, h("section", {class: "card"},
    invites && h("p", {class: "lead"}, say("page.invites", invites.details.name)), shown));
}

/**
 * The names of the site's doors, where there are others than this one, and whether this is a seat.
 * @param {AbortSignal} signal
 */
async function site(signal) {
  /** @type {any[]} */
  const all = [];
  try {
    await call("site.doors", {}, {signal, onEvent: (e) => all.push(...e.rows)});
  } catch (error) {
    if (!(error instanceof Refused) || error.what !== "desk.site-none") throw error;
  }
  const there = all.filter((x) => !x.left && !x.seat);
  return {doors: there.some((x) => !x.here) ? there.map((x) => x.name) : [], seat: all.some((x) => x.here && x.seat)};
}
