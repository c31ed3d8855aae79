// @ts-check
// Hours: the access groups with their next seven days, special days, and who changed what when. One
// group (#/hours/NAME) is drawn and edited in hours_group.js.

import {ask} from "./dialog.js";
import {fill, h, put} from "./dom.js";
import {showDays} from "./hours_days.js";
import {groupName, putInForce} from "./hours_force.js";
import {begin, nameField, showGroup} from "./hours_group.js";
import {showLog} from "./hours_log.js";
import {count, say, when} from "./say.js";
import {call, may} from "./session.js";
import {days, minutes} from "./spans.js";
import {button, note, problem, section, toast, waiting} from "./ui.js";
import {dayName, seenWeek} from "./week.js";

/** @typedef {import("./types.d.ts").Place} Place */

/** @type {import("./types.d.ts").View} */
export const hours = {
  id: "hours",
  title: "page.hours",
  group: "people",
  may: "reads-hours",
  async show(place) {
    if (place.path[0]) return showGroup(place, place.path[0]);
    const top = h("div", {class: "stack"}, waiting()), below = h("div", {class: "stack"});
    put(place.root, top, below);
    const look = async () => {
      const state = await call("hours.get", {}, {signal: place.signal});
      fill(top, told(state, look, place), groups(state, place));
      const parts = [section(say("page.special-days")), section(say("page.hours-log"))];
      fill(below, parts);
      await Promise.all([showDays(parts[0], state, place, look), showLog(parts[1], state, place, look)]);
    };
    await look();
  },
};

/** Where the hours come from. @param {any} s @param {() => Promise<void>} again @param {Place} place */
function told(s, again, place) {
  if (!s.changed) return h("p", {class: "hint"}, say("page.hours-of-file"));
  const by = h("p", {class: s.fileIgnored ? null : "hint"}, say("page.hours-changed", s.by, when(s.changed)));
  if (!may("keeps-people") || !s.fileDiffers) return by;
  const use = button(say("page.use-file"), async () => {
    if (await putInForce({version: s.version, file: true, signal: place.signal})) await again();
  });
  const keep = s.fileIgnored && button(say("page.keep-these"), async () => {
    await call("hours.file", {use: false});
    toast(say("page.done"));
    await again();
  }, "quiet");
  if (!s.fileIgnored) return h("div", {class: "file-hours"}, by, use);
  return note("warn", by, h("p", null, h("strong", null, say("page.file-edited"))),
    h("div", {class: "buttons"}, use, keep));
}

/** @param {any} s @param {Place} place */
function groups(s, place) {
  const shown = section(say("page.groups-and-days"));
  if (s.groups.length === 0) put(shown, h("p", {class: "empty"}, say("page.all-hours")));
  const list = h("ul", {class: "groups-list"}, s.groups.map((/** @type {any} */ g) => groupCard(g, place)));
  put(shown, list, may("keeps-people") && h("div", {class: "buttons"}, button(say("page.new-group"), newGroup)));
  return shown;
}

/** @param {any} g @param {Place} place */
function groupCard(g, place) {
  const week = h("div", null, g.rules > 0 ? waiting() : h("p", {class: "empty"}, say("page.no-own-hours")));
  const words = g.group === "*" ? say("page.everybody-lead") : count("page.people-in-group", g.people);
  if (g.rules > 0) {
    call("hours.group", {group: g.group}, {signal: place.signal}).then((of) =>
      fill(week, seenWeek(of.week.map(column), say("page.next-seven")), of.week.filter(isSpecial).map(asAnother)),
    (error) => place.signal.aborted || fill(week, problem(error)));
  }
  return h("li", null, h("h3", null, h("a", {href: "#/hours/" + encodeURIComponent(g.group)}, groupName(g.group))),
    h("p", {class: "hint"}, words), week);
}

/** @param {any} d a day of the next seven */
const weekdayOf = (d) => days[(new Date(d.date + "T12:00:00Z").getUTCDay() + 6) % 7];
/** @param {any} d */
const isSpecial = (d) => d.as !== weekdayOf(d);
/** @param {any} d */
const asAnother = (d) => h("p", {class: "hint"}, say("page.day-as", d.date.slice(5), dayName(d.as)));

/** @param {any} d @returns {import("./week.js").Column} */
function column(d) {
  return {title: dayName(weekdayOf(d), "short"), sub: String(Number(d.date.slice(8))), apart: isSpecial(d),
    pieces: d.open.map((/** @type {string[]} */ o) => ({from: minutes(o[0]), to: minutes(o[1])}))};
}

async function newGroup() {
  const answer = await ask({title: say("page.new-group"), text: say("page.new-group-text"), yes: say("page.go-on"),
    fields: [nameField()]});
  if (!answer) return;
  begin(answer.name, [{spans: [{days: days.slice(0, 5), from: "08:00", to: "18:00"}]}]);
  location.hash = "#/hours/" + encodeURIComponent(answer.name);
}
