// @ts-check
// The last import, as long as it can be undone, with the people to whom something happened since:
// they are left as they are, if somebody says so, and all else is undone.

import {confirm} from "./dialog.js";
import {fill, h, name} from "./dom.js";
import {lastImport} from "./lists_import.js";
import {count, say, when} from "./say.js";
import {call} from "./session.js";
import {table} from "./table.js";
import {button, facts, note, problem, toast, waiting} from "./ui.js";

/** @param {HTMLElement} where @param {import("./types.d.ts").Place} place @param {() => Promise<void>} again */
export async function showLast(where, place, again) {
  const heading = where.querySelector("h2"), body = h("div", null, waiting());
  fill(where, heading, body);
  try {
    const last = await lastImport(place.signal);
    fill(body, ...last ? drawLast(last, place, again) : [h("p", {class: "empty"}, say("page.no-import"))]);
  } catch (error) {
    if (!place.signal.aborted) fill(body, problem(error));
  }
}

/** @param {any} last @param {import("./types.d.ts").Place} place @param {() => Promise<void>} again */
function drawLast(last, place, again) {
  const undo = async () => {
    await confirm({
      title: say("page.undo-import"),
      text: say("page.undo-text") + (last.all ? " " + count("page.undo-leaves", last.all) : ""),
      yes: say("page.undo-now"), danger: true,
      async act() {
        const done = await call("import.undo", {entry: last.entry, leave: last.all > 0}, {timeout: 300000});
        toast(say("page.undone", done.erased, done.asWere, done.left));
        await again();
      },
    });
  };
  return [
    facts([[say("page.at"), when(last.at)], [say("page.by"), name(last.by)], [say("page.added"), String(last.added)],
      [say("page.changed"), String(last.changed)], [say("page.undo-until"), when(last.until)]]),
    last.all > 0 && note("warn", h("p", null, h("strong", null, count("page.since-then", last.all)))),
    last.all > 0 && table({caption: say("page.since-caption"), rows: last.since, empty: "", columns: [
      {title: say("page.name"), head: true, cell: (/** @type {any} */ p) => name(p.name)},
      {title: say("page.apartment"), cell: (p) => name(p.apartment ?? "")},
      {title: say("page.what-happened"), cell: (p) => p.what},
    ]}),
    last.all > last.since.length && h("p", {class: "hint"}, say("page.and-more", last.all - last.since.length)),
    h("div", {class: "buttons"}, button(last.all > 0 ? say("page.undo-rest") : say("page.undo-import"), undo)),
  ];
}
