// @ts-check
// All that is stored about a person, to show them: what is kept, each decision, each act on their
// data, the words they agreed to; and the encrypted copy that they take home.

import {ask} from "./dialog.js";
import {fill, h, name, put} from "./dom.js";
import {save} from "./file.js";
import {count, say, when} from "./say.js";
import {call, may} from "./session.js";
import {table} from "./table.js";
import {badge, button, facts, note, problem, progress, section, waiting} from "./ui.js";
import {showWhy} from "./why.js";

/** @typedef {import("./types.d.ts").Place} Place */

/**
 * Shows a person's own page.
 * @param {Place} place
 * @param {string} person
 */
export async function showStored(place, person) {
  place.title(say("page.all-stored"));
  const back = h("p", {class: "back"}, h("a", {href: "#/people/" + person}, say("page.back-to-person")));
  fill(place.root, back, waiting());
  /** @type {Record<string, any[]>} */
  const rows = {decisions: [], acts: []};
  const said = await call("people.stored", {person}, {signal: place.signal,
    onEvent: (e) => rows[e.of]?.push(...e.rows)});
  fill(place.root, back, h("p", {class: "lead"}, say("page.stored-lead")), copy(person, place.signal),
    section(say("page.what-is-kept"), facts(said.facts.map((/** @type {any} */ f) => [f.name, f.state]))),
    section(say("page.decisions-about"), decisions(rows.decisions, place.signal)),
    section(say("page.acts-on-data"), acts(rows.acts)),
    said.notice && section(say("page.words-agreed"), h("div", {class: "words"}, said.notice.split(/\n\n+/).map(
      (/** @type {string} */ text) => h("p", null, text)))));
}

/** @param {any[]} rows @param {AbortSignal} signal */
function decisions(rows, signal) {
  return table({caption: count("page.decisions-kept", rows.length), rows: [...rows].reverse(),
    empty: say("page.no-decisions-about"), columns: [
      {title: say("page.at"), head: true, cell: (d) => h("time", {datetime: d.at}, when(d.at))},
      {title: say("page.outcome"), cell: (d) => badge(d.granted ? "good" : "bad",
        d.granted ? say("page.granted") : say("page.denied"))},
      {title: say("page.means"), cell: (d) => d.means.text},
      {title: say("page.reason"), cell: (d) => d.words},
      ...(may("reads-records") ? [{title: say("page.more"), cell: (/** @type {any} */ d) =>
        button(say("page.why"), () => showWhy(d.number, signal), "quiet")}] : []),
    ]});
}

/** @param {any[]} rows */
function acts(rows) {
  return table({caption: count("page.acts-kept", rows.length), rows: [...rows].reverse(), empty: say("page.no-acts"),
    columns: [
      {title: say("page.at"), head: true, cell: (a) => h("time", {datetime: a.at}, when(a.at))},
      {title: say("page.done-by"), cell: (a) => name(a.by)},
      {title: say("page.what"), cell: (a) => a.what},
    ]});
}

/** @param {string} person @param {AbortSignal} signal */
function copy(person, signal) {
  const place = h("div");
  const make = () => ask({
    title: say("page.give-copy"), text: say("page.give-copy-text"), yes: say("page.make-copy"),
    fields: [{name: "for", label: say("page.age-key"), hint: say("page.age-key-hint"), max: 100}],
    async act(values) {
      const got = await call("people.copy", {person, for: values.for}, {signal, timeout: 0});
      fill(place, copied(got, signal));
    },
  });
  return h("div", null, h("div", {class: "buttons"}, button(say("page.give-copy"), make)), place);
}

/**
 * The copy is made: its file, and the passphrase, which is told this once.
 * @param {any} got @param {AbortSignal} signal
 */
function copied(got, signal) {
  const going = h("div");
  const fetch = async () => {
    const how = progress(say("page.reading-file", got.file.name));
    fill(going, how.element);
    try {
      await save(got.file.name, how.take, signal);
      fill(going);
    } catch (error) {
      fill(going, problem(error));
    }
  };
  const shown = note("good", h("p", null, h("strong", null, say("page.copy-made"))),
    got.passphrase && [h("p", null, say("page.passphrase-once")), h("p", {class: "secret"}, got.passphrase)],
    h("p", {class: "hint"}, say("page.copy-until", got.until.slice(0, 10))),
    h("div", {class: "buttons"}, button(say("page.save-file"), fetch, "main")));
  put(shown, going);
  return shown;
}
