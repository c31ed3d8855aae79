// @ts-check
// What is stored, kept safe: a backup for the manager's key, which may be made here; a new root key;
// the check of every record.

import {isPublicKey, keyFile, makeKey} from "./agekey.js";
import {ask} from "./dialog.js";
import {fill, h, put} from "./dom.js";
import {offer, save} from "./file.js";
import {form} from "./form.js";
import {say} from "./say.js";
import {call, may, session} from "./session.js";
import {button, note, progress, section, toast} from "./ui.js";
import {work} from "./work.js";

/** @typedef {import("./types.d.ts").Place} Place */

/** @type {import("./types.d.ts").View} */
export const vault = {
  id: "vault",
  title: "page.vault",
  group: "unit",
  may: "ends-faults",
  show(place) {
    const check = work(say("page.check-vault"), say("page.checking-vault"), async (onProgress, signal) => {
      const {note: told} = await call("keeper.check", {}, {signal, timeout: 0, onProgress});
      return note(told ? "warn" : "good", h("p", null, h("strong", null, say("page.every-record-whole"))),
        told ? h("p", null, told) : null);
    }, place.signal);
    put(place.root, may("keeps-people") ? backup(place) : null,
      section(say("page.check-vault"), h("p", null, say("page.check-vault-text")),
        h("div", {class: "buttons"}, check.button), check.place),
      may("keeps-people") ? rotate(place) : null);
  },
};

/** @param {Place} place */
function backup(place) {
  const done = h("div", {class: "work"});
  const shown = form({
    submit: say("page.back-up"),
    fields: [
      {name: "key", label: say("page.backup-key"), hint: say("page.backup-key-hint"), required: true,
        check: (key) => isPublicKey(key) ? "" : say("page.no-age-key")},
      {name: "faces", label: say("page.with-faces"), hint: say("page.with-faces-hint"), type: "checkbox", value: true},
    ],
    async onSubmit({key, faces}) {
      const how = progress(say("page.backing-up"));
      fill(done, how.element);
      try {
        const {file} = await call("keeper.backup", {key, faces},
          {signal: place.signal, timeout: 0, onProgress: how.take});
        await save(file.name, how.take, place.signal);
        fill(done, note("good", h("p", null, say("page.backup-saved", file.name))));
      } catch (error) {
        fill(done);
        throw error;
      }
    },
  });
  const made = h("div", {class: "work"});
  const make = async () => {
    try {
      const key = await makeKey();
      offer(keyFile(key, session().who?.now ?? ""), "backup-key.txt");
      /** @type {HTMLInputElement} */ (shown.elements.namedItem("key")).value = key.publicKey;
      fill(made, note("warn", h("p", null, h("strong", null, say("page.key-saved"))),
        h("p", null, say("page.key-keep"))));
    } catch {
      fill(made, note("bad", h("p", null, say("page.no-key-made"))));
    }
  };
  return section(say("page.backup"), h("p", null, say("page.backup-text")),
    h("div", {class: "buttons"}, button(say("page.make-key"), make)), made, shown, done);
}

/** @param {Place} place */
function rotate(place) {
  const act = () => ask({
    title: say("page.rotate"), text: say("page.rotate-text"), yes: say("page.rotate-now"), danger: true,
    fields: [{name: "why", label: say("page.reason"), hint: say("page.rotate-why"), required: true, max: 200}],
    async act({why}) {
      await call("keeper.rotate", {why}, {signal: place.signal, timeout: 0});
      toast(say("page.rotated"));
    },
  });
  return section(say("page.rotate"), h("p", null, say("page.rotate-text")),
    h("div", {class: "buttons"}, button(say("page.rotate"), act, "danger")));
}
