// @ts-check
// A PIN for a person: they type it themselves, twice, and it is shown to nobody, now or later. How
// long it must be is the unit's to say: the more people have one, the longer.

import {ask} from "./dialog.js";
import {h} from "./dom.js";
import {say} from "./say.js";
import {call} from "./session.js";
import {toast} from "./ui.js";

/**
 * Asks for a PIN and gives it to a person.
 * @param {string} person
 * @param {AbortSignal} signal
 * @returns {Promise<boolean>} whether they have it
 */
export async function setPIN(person, signal) {
  const {least, most} = await call("pin.length", {}, {signal});
  const digits = (/** @type {string} */ value) => /^\d+$/.test(value) && value.length >= least && value.length <= most
    ? "" : say("page.pin-digits", least, most);
  const field = (/** @type {string} */ of) =>
    /** @type {HTMLInputElement} */ (document.querySelector(`dialog [name=${of}]`)).value;
  const done = await ask({
    title: say("page.set-pin"), yes: say("page.set-pin"),
    text: h("p", null, say("page.pin-text", least, most)),
    fields: [
      {name: "pin", label: say("page.pin"), type: "password", required: true, autocomplete: "off", inputmode: "numeric",
        max: most, check: digits},
      {name: "again", label: say("page.pin-again"), type: "password", required: true, autocomplete: "off",
        inputmode: "numeric", max: most, check: (value) => value === field("pin") ? "" : say("page.secrets-differ")},
      {name: "duress", label: say("page.duress"), hint: say("page.duress-hint"), type: "checkbox"},
    ],
    async act({pin, duress}) {
      await call("pin.set", {person, pin, duress}, {signal});
    },
  });
  if (done) toast(say("page.pin-is-set"));
  return done !== null;
}
