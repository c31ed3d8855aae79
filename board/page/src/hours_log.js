// @ts-check
// Who changed hours and special days when, old and new. An act can be taken back: its old values are
// put in force again, after a look at what that does now.

import {fill, h, name, put} from "./dom.js";
import {groupName, putInForce} from "./hours_force.js";
import {hoursText} from "./hours_text.js";
import {say, when} from "./say.js";
import {call, may} from "./session.js";
import {table} from "./table.js";
import {button, problem} from "./ui.js";

/**
 * @param {HTMLElement} where @param {any} state of hours.get @param {import("./types.d.ts").Place} place
 * @param {() => Promise<void>} again
 */
export async function showLog(where, state, place, again) {
  const body = h("div"), trouble = h("div");
  put(where, body, trouble);
  /** @type {any[]} */
  const entries = [];
  let all = 0;
  const more = async () => {
    const part = await call("hours.log", {from: entries.length, count: 20}, {signal: place.signal});
    entries.push(...part.entries);
    all = part.all;
    fill(body, draw(), entries.length < all &&
      h("div", {class: "buttons"}, button(say("page.show-more"), more, "quiet")));
  };
  const undo = async (/** @type {number} */ number) => {
    fill(trouble);
    try {
      while (entries[entries.length - 1].number === number && entries.length < all) await more();
      const edits = entries.filter((e) => e.number === number).map((e) => ({of: e.of, now: e.was}));
      if (await putInForce({version: state.version, edits, signal: place.signal})) await again();
    } catch (error) {
      fill(trouble, problem(error));
    }
  };
  const isFile = (/** @type {any} */ e) => e.of === "file" && (e.now === "used" || e.now === "not used");
  const draw = () => table({
    caption: say("page.hours-log-caption"), rows: entries, empty: say("page.no-changes"),
    columns: [
      {title: say("page.at"), cell: (e) => h("time", {datetime: e.at}, when(e.at))},
      {title: say("page.by"), cell: (e) => name(e.by)},
      {title: say("page.of"), head: true, cell: (e) => (isFile(e) ? say("page.the-file") : groupName(e.of))},
      {title: say("page.old"), cell: (e) => (isFile(e) ? "" : hoursText(e.was))},
      {title: say("page.new"), cell: (e) => (!isFile(e) ? hoursText(e.now)
        : e.now === "used" ? say("page.file-used") : say("page.file-not-used"))},
      ...may("keeps-people") ? [{title: say("page.more"), cell: (/** @type {any} */ e) => !isFile(e) &&
        entries.find((other) => other.number === e.number) === e &&
        button(say("page.take-back"), () => undo(e.number), "quiet")}] : [],
    ],
  });
  await more();
}
