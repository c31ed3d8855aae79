// @ts-check
// What the doors of the site tell their managers, sealed to the managers' keys: which keys there
// are, and what the doors told, as a file. It is opened by menshen-site events, and not here.

import {isPublicKey, keyFile, makeKey} from "./agekey.js";
import {ask, confirm} from "./dialog.js";
import {h, name} from "./dom.js";
import {offer} from "./file.js";
import {count, say} from "./say.js";
import {call, may, session} from "./session.js";
import {table} from "./table.js";
import {button, note, section, toast} from "./ui.js";

/**
 * @param {() => any} again reads the view again
 * @param {AbortSignal} [signal]
 * @returns {Promise<HTMLElement | null>} null: this operator may not see it
 */
export async function events(again, signal) {
  if (!may("reads-records")) return null;
  /** @type {any[]} */
  const keys = [];
  await call("site.managers", {}, {signal, onEvent: (e) => keys.push(...e.rows)});
  return section(say("page.events"), h("p", null, say("page.events-text")), keys.length === 0 ? null : table({
    caption: count("page.manager-keys", keys.length), rows: keys, empty: "", columns: [
      {title: say("page.manager-name"), head: true, cell: (k) => name(k.name)},
      {title: say("page.backup-key"), cell: (k) => h("code", null, k.key.slice(0, 16) + "…")},
      {title: "", cell: (k) => may("keeps-people") && button(say("page.manager-remove"), () => remove(k, again))},
    ]}),
  h("div", {class: "buttons"}, may("keeps-people") && button(say("page.manager-add"), () => add(again)),
    keys.length > 0 && button(say("page.events-save"), () => save(signal))));
}

/** @param {() => any} again */
async function add(again) {
  const made = h("div");
  const make = async () => {
    try {
      const key = await makeKey();
      offer(keyFile(key, session().who?.now ?? ""), "manager-key.txt");
      /** @type {HTMLInputElement} */ (made.closest("dialog")?.querySelector("[name=key]")).value = key.publicKey;
      made.replaceChildren(note("warn", h("p", null, h("strong", null, say("page.key-saved"))),
        h("p", null, say("page.key-keep"))));
    } catch {
      made.replaceChildren(note("bad", h("p", null, say("page.no-key-made"))));
    }
  };
  if (await ask({title: say("page.manager-add"), yes: say("page.manager-add"),
    text: [say("page.manager-means"), h("div", {class: "buttons"}, button(say("page.make-key"), make)), made],
    fields: [
      {name: "key", label: say("page.backup-key"), required: true,
        check: (key) => isPublicKey(key) ? "" : say("page.no-age-key")},
      {name: "name", label: say("page.manager-name"), required: true, max: 40},
    ],
    act: (values) => call("site.manager", {key: values.key, name: values.name})})) again();
}

/** @param {any} k @param {() => any} again */
async function remove(k, again) {
  if (await confirm({title: say("page.manager-remove"), text: say("page.manager-remove-text"), danger: true,
    yes: say("page.manager-remove"), act: () => call("site.manager", {key: k.key, remove: true})})) again();
}

/** @param {AbortSignal} [signal] */
async function save(signal) {
  /** @type {any[]} */
  const rows = [];
  await call("site.events", {}, {signal, timeout: 0, onEvent: (e) => rows.push(...e.rows)});
  if (rows.length === 0) {
    toast(say("page.events-none"));
    return;
  }
  offer(new Blob(rows.map((r) => JSON.stringify(r) + "\n"), {type: "text/plain"}), "events.site");
  toast(say("page.events-saved"));
}
