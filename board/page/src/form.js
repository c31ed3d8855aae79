// @ts-check
// Forms: a label for each field, its hint and its error tied to it. A field that is wrong takes the
// focus; several are named above, with links to them. What was typed stays when the unit refuses it.

import {fill, h, put} from "./dom.js";
import {say} from "./say.js";
import {busy, problem} from "./ui.js";

/** @typedef {import("./types.d.ts").Field} Field */
/** @typedef {import("./types.d.ts").Values} Values */

let made = 0;

/**
 * A form. submit gets the values; where it throws, the form shows the problem and stays.
 * @param {object} of
 * @param {Field[]} of.fields
 * @param {string} of.submit what the button says
 * @param {boolean} [of.danger]
 * @param {(values: Values) => void | Promise<void>} of.onSubmit
 * @param {(() => void) | null} [of.onCancel]
 * @returns {HTMLFormElement}
 */
export function form({fields, submit, danger = false, onSubmit, onCancel = null}) {
  const prefix = "f" + ++made + "-";
  const summary = h("div", {tabindex: "-1"});
  const send = h("button", {type: "submit", class: danger ? "danger" : "main"}, submit);
  const shown = h("form", {novalidate: true, autocomplete: "off"}, summary, fields.map((f) => row(f, prefix + f.name)));
  put(shown, h("div", {class: "buttons"}, send,
    onCancel ? h("button", {type: "button", class: "quiet", onclick: onCancel}, say("page.cancel")) : null));
  shown.addEventListener("submit", async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (send.getAttribute("aria-busy")) return;
    fill(summary);
    const values = read(shown, fields);
    const wrong = fields.map((f) => /** @type {[Field, string]} */ ([f, fault(f, values[f.name])]));
    for (const [f, text] of wrong) mark(shown, prefix + f.name, text);
    const errors = wrong.filter(([, text]) => text);
    if (errors.length === 1) return document.getElementById(prefix + errors[0][0].name)?.focus();
    if (errors.length > 1) {
      put(summary, h("div", {class: "note bad"}, h("div", null, h("p", null, h("strong", null, say("page.check-form"))),
        h("ul", null, errors.map(([f, text]) => h("li", null, link(prefix + f.name, f.label + ": " + text)))))));
      return summary.focus();
    }
    try {
      await busy(send, Promise.resolve(onSubmit(values)));
    } catch (error) {
      put(summary, problem(error));
      summary.focus();
    }
  });
  return shown;
}

/**
 * A link to a field, which may not change the address: that is the view's.
 * @param {string} id
 * @param {string} text
 */
function link(id, text) {
  return h("a", {href: "#" + id, onclick: (/** @type {Event} */ event) => {
    event.preventDefault();
    document.getElementById(id)?.focus();
  }}, text);
}

/** @param {Field} f @param {string} id */
function row(f, id) {
  const described = [f.hint ? id + "-hint" : "", id + "-error"].join(" ").trim();
  const common = {id, name: f.name, required: f.required, "aria-describedby": described, autocomplete: f.autocomplete,
    maxlength: f.max, inputmode: f.inputmode};
  const hint = f.hint ? h("p", {id: id + "-hint", class: "hint"}, f.hint) : null;
  const error = h("p", {id: id + "-error", class: "error"});
  if (f.type === "checkbox") {
    return h("div", {class: "field check"}, h("input", {...common, type: "checkbox", checked: f.value === true}),
      h("label", {for: id}, f.label), hint, error);
  }
  if (f.type === "radio" || f.type === "checks") {
    const type = f.type === "radio" ? "radio" : "checkbox";
    const chosen = [f.value ?? []].flat();
    return h("fieldset", {class: "field", id, tabindex: "-1", "aria-describedby": described},
      h("legend", null, f.label), hint, error, (f.options ?? []).map(([value, text], i) => h("div", {class: "check"},
        h("input", {type, id: id + i, name: f.name, value, checked: chosen.includes(value)}),
        h("label", {for: id + i}, text))));
  }
  return h("div", {class: "field"}, h("label", {for: id}, f.label, f.required ? null :
    h("span", {class: "optional"}, " " + say("page.optional"))), hint, error, control(f, common));
}

/** @param {Field} f @param {Record<string, any>} common */
function control(f, common) {
  if (f.type === "select") {
    return h("select", common, (f.options ?? []).map(([value, text]) =>
      h("option", {value, selected: f.value === value}, text)));
  }
  if (f.type === "textarea") return h("textarea", {...common, rows: 5}, String(f.value ?? ""));
  return h("input", {...common, type: f.type ?? "text", value: f.value ?? ""});
}

/** @param {HTMLFormElement} shown @param {Field[]} fields @returns {Values} */
function read(shown, fields) {
  /** @type {Values} */
  const values = {};
  for (const f of fields) {
    const field = /** @type {any} */ (shown.elements.namedItem(f.name));
    if (f.type === "checkbox") values[f.name] = field.checked;
    else if (f.type === "checks") values[f.name] = new FormData(shown).getAll(f.name);
    else if (f.type === "file") values[f.name] = field.files[0] ?? null;
    else values[f.name] = f.type === "password" ? field.value : field.value.trim();
  }
  return values;
}

/** @param {Field} f @param {any} value */
function fault(f, value) {
  if (f.required && !value) return say("page.needed");
  return value && f.check ? f.check(value) : "";
}

/** @param {HTMLFormElement} shown @param {string} id @param {string} text */
function mark(shown, id, text) {
  const field = shown.querySelector("#" + id);
  field?.toggleAttribute("aria-invalid", Boolean(text));
  if (text) field?.setAttribute("aria-invalid", "true");
  fill(/** @type {Element} */ (shown.querySelector("#" + id + "-error")), text);
}
