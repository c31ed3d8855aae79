// @ts-check
// What proves how the unit was used: the audit log verified and exported, the receipts of erasures,
// and what is kept for how long.

import {confirm} from "./dialog.js";
import {fill, h, put} from "./dom.js";
import {save} from "./file.js";
import {count, say, when} from "./say.js";
import {call, may} from "./session.js";
import {table} from "./table.js";
import {badge, button, facts, note, problem, section, toast, waiting} from "./ui.js";
import {work} from "./work.js";

/** @typedef {import("./types.d.ts").Place} Place */

/** @type {import("./types.d.ts").View} */
export const proof = {
  id: "proof",
  title: "page.proof-of-use",
  group: "unit",
  may: "reads-people",
  async show(place) {
    const kept = h("div", null, waiting());
    const gone = h("div", null, waiting());
    put(place.root, log(place), section(say("page.retention"), kept), section(say("page.receipts"), gone));
    await Promise.all([retention(kept, false, place), receipts(gone, 0, place)]);
  },
};

/** @param {Place} place */
function log(place) {
  const verify = work(say("page.verify-log"), say("page.verifying"), async (onProgress, signal) => {
    const v = await call("records.verify", {}, {signal, timeout: 0, onProgress});
    return v.whole ? note("good", h("p", null, count("page.log-whole", v.entries)),
      v.signed ? h("p", null, say("page.last-signed", when(v.signed))) : null)
      : note("bad", h("p", null, h("strong", null, say("page.log-broken", v.firstBad, v.problem ?? ""))),
        h("p", null, say("page.leave-as-it-is")));
  }, place.signal);
  const take = work(say("page.export-log"), say("page.being-made"), async (onProgress, signal) => {
    const {file, key} = await call("keeper.audit", {}, {signal, timeout: 0, onProgress});
    await save(file.name, onProgress, signal);
    return [note("good", h("p", null, say("page.log-saved", file.name)), h("p", null, say("page.log-verify")),
      h("p", null, h("code", null, `menshen audit verify ${file.name} --key ${key}`)),
      h("p", null, say("page.log-keep")))];
  }, place.signal);
  return section(say("page.audit-log"), h("p", null, say("page.audit-log-text")),
    h("div", {class: "buttons"}, verify.button, take.button), verify.place, take.place);
}

/** @param {HTMLElement} body @param {boolean} run @param {Place} place */
async function retention(body, run, place) {
  try {
    const r = await call("keeper.retention", {run}, {signal: place.signal, timeout: 0});
    const act = () => confirm({title: say("page.remove-overdue"), text: say("page.remove-overdue-text"),
      yes: say("page.remove-overdue"), danger: true, async act() {
        await retention(body, true, place);
        toast(say("page.done"));
      }});
    const days = (/** @type {number} */ seconds) => count("page.days", Math.round(seconds / 86400));
    fill(body, facts([
      [say("page.events-kept"), days(r.events)],
      [say("page.staff-acts-kept"), days(r.acts)],
      [say("page.oldest-entry"), when(r.oldest)],
      [say("page.last-run"), when(r.lastRun)],
      [say("page.removed-then"), String(r.removed)],
      [say("page.overdue"), r.overdue ? badge("bad", String(r.overdue)) : badge("good", say("page.none-overdue"))],
    ]), may("keeps-people") ? h("div", {class: "buttons"}, button(say("page.remove-overdue"), act)) : null);
  } catch (error) {
    fill(body, problem(error));
  }
}

/** @param {HTMLElement} body @param {number} from @param {Place} place */
async function receipts(body, from, place) {
  const step = 50;
  try {
    const got = await call("keeper.receipts", {from, count: step}, {signal: place.signal});
    const take = work(say("page.save-receipts"), say("page.being-made"), async (onProgress, signal) => {
      const {file} = await call("keeper.proof", {}, {signal, timeout: 0, onProgress});
      await save(file.name, onProgress, signal);
      return note("good", h("p", null, say("page.receipts-saved", file.name)));
    }, place.signal);
    fill(body, table({
      caption: say("page.receipts-text"), rows: got.receipts, empty: say("page.no-receipts"),
      columns: [
        {title: say("page.number-of-receipt"), number: true, cell: (r) => String(r.number)},
        {title: say("page.at"), cell: (r) => h("time", {datetime: r.at}, when(r.at))},
        {title: say("page.what-erased"), head: true, cell: (r) => r.what.text},
        {title: say("page.reason"), cell: (r) => r.why.text},
        {title: say("page.blocks"), cell: (r) => say("page.sought-found", r.sought, r.found)},
        {title: say("page.signature"), cell: (r) => r.signed && r.found === 0 ? badge("good", say("page.verifies"))
          : badge("bad", say("page.does-not-verify"))},
      ],
    }), h("div", {class: "buttons"}, got.all ? take.button : null,
      from + step < got.all ? button(say("page.next-ones"), () => receipts(body, from + step, place), "quiet") : null),
    take.place);
  } catch (error) {
    fill(body, problem(error));
  }
}
