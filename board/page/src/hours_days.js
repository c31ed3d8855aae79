// @ts-check
// Special days: the dates that count as a holiday, or as another weekday, once or every year.
// Each change is shown with what it does before it is in force.

import {ask} from "./dialog.js";
import {h, put} from "./dom.js";
import {putInForce} from "./hours_force.js";
import {say} from "./say.js";
import {call, may} from "./session.js";
import {days} from "./spans.js";
import {table} from "./table.js";
import {button, problem} from "./ui.js";
import {dayName} from "./week.js";

/**
 * @param {HTMLElement} where @param {any} state of hours.get @param {import("./types.d.ts").Place} place
 * @param {() => Promise<void>} again
 */
export async function showDays(where, state, place, again) {
  /** @type {any[]} */
  const all = [];
  for (let more = true; more;) {
    const part = await call("hours.days", {from: all.length, count: 200}, {signal: place.signal});
    all.push(...part.days);
    more = part.days.length > 0 && all.length < part.all;
  }
  const trouble = h("div");
  const force = async (/** @type {import("./hours_force.js").Edit} */ edit) => {
    trouble.replaceChildren();
    try {
      if (await putInForce({version: state.version, edits: [edit], signal: place.signal})) await again();
    } catch (error) {
      put(trouble, problem(error));
    }
  };
  const keeps = may("keeps-people");
  put(where, h("p", {class: "hint"}, say("page.special-lead")), table({
    caption: say("page.special-caption"), rows: all, empty: say("page.no-special"),
    columns: [
      {title: say("page.date"), head: true, cell: (d) => dateWords(d.date, state.now)},
      {title: say("page.counts-as"), cell: (d) => dayName(d.as)},
      ...keeps ? [{title: say("page.more"), cell: (/** @type {any} */ d) =>
        button(say("page.remove"), () => force({of: d.date, now: ""}), "quiet")}] : [],
    ],
  }), trouble, keeps && h("div", {class: "buttons"}, button(say("page.add-special"), () => add(force))));
}

/** @param {string} date @param {string} now */
function dateWords(date, now) {
  if (date.length === 5) return [h("time", null, date), " ", h("span", {class: "soft"}, say("page.every-year"))];
  const past = date < now.slice(0, 10);
  const [y, m, d] = date.split("-").map(Number);
  const weekday = days[(new Date(Date.UTC(y, m - 1, d)).getUTCDay() + 6) % 7];
  const note = past ? say("page.past") : dayName(weekday);
  return [h("time", {datetime: date}, date), " ", h("span", {class: "soft"}, note)];
}

/** @param {(edit: import("./hours_force.js").Edit) => Promise<void>} force */
async function add(force) {
  const answer = await ask({
    title: say("page.add-special"), text: say("page.add-special-text"), yes: say("page.go-on"),
    fields: [
      {name: "date", label: say("page.date"), type: "date", required: true},
      {name: "yearly", label: say("page.every-year"), type: "checkbox"},
      {name: "as", label: say("page.counts-as"), type: "select", value: "holiday",
        options: ["holiday", ...days.slice(0, 7)].map((d) => /** @type {[string, string]} */ ([d, dayName(d)]))},
    ],
  });
  if (answer) await force({of: answer.yearly ? answer.date.slice(5) : answer.date, now: answer.as});
}
