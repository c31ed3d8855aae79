// @ts-check
// Questions that must be answered first: ask() shows a form in a dialog and gives its values, or
// null where the person thinks better of it; confirm() asks for a yes alone. Escape is a no, and
// the focus goes back to where it was.

import {h} from "./dom.js";
import {form} from "./form.js";

/**
 * Asks in a dialog, which also ends with the session. act, where there is one, is done before it
 * closes: its problems are shown in it.
 * @param {object} of
 * @param {string} of.title
 * @param {string | HTMLElement | (string | HTMLElement)[]} [of.text]
 * @param {import("./types.d.ts").Field[]} [of.fields]
 * @param {string} of.yes what the button says: what will be done, "Open the door"
 * @param {boolean} [of.danger]
 * @param {(values: import("./types.d.ts").Values) => void | Promise<void>} [of.act]
 * @returns {Promise<import("./types.d.ts").Values | null>}
 */
export function ask({title, text = "", fields = [], yes, danger = false, act = () => {}}) {
  return new Promise((resolve) => {
    /** @type {import("./types.d.ts").Values | null} */
    let answer = null;
    const asked = form({fields, submit: yes, danger, onCancel: () => dialog.close(), onSubmit: async (values) => {
      await act(values);
      answer = values;
      dialog.close();
    }});
    const heading = h("h2", {id: "dialog-title"}, title);
    const dialog = h("dialog", {"aria-labelledby": "dialog-title"}, heading,
      [text].flat().map((t) => (typeof t === "string" && t ? h("p", null, t) : t)), asked);
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(answer);
    });
    document.body.append(dialog);
    dialog.showModal();
    (dialog.querySelector("input, select, textarea") ?? dialog.querySelector("button.quiet"))?.focus();
  });
}

/**
 * Asks for a yes. Where the act is hard to undo the focus is on the no.
 * @param {{title: string, text?: string, yes: string, danger?: boolean, act?: () => void | Promise<void>}} of
 * @returns {Promise<boolean>}
 */
export async function confirm(of) {
  return (await ask(of)) !== null;
}
