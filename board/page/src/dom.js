// @ts-check
// Elements are made here, and only here: h("p", {class: "calm"}, text, element, …). A text is
// only ever text; what could steer the reader (control and bidirectional characters) is shown
// as a sign for it. A name that somebody gave stands in name(), which holds its direction in.

/** @typedef {Node | string | number | null | undefined | false} Child */

const svgNames = new Set(["svg", "path", "rect", "circle", "line", "g", "text"]);

/**
 * Makes an element. Attributes named on… are listeners; true sets an empty attribute; false, null
 * and undefined leave it out. An address may only lead within this page, or to a file it made.
 * @param {string} tag
 * @param {Record<string, any> | null} [attributes]
 * @param {...(Child | Child[])} children
 * @returns {any}
 */
export function h(tag, attributes, ...children) {
  const made = svgNames.has(tag)
    ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value === false || value === null || value === undefined) continue;
    else if ((name === "href" || name === "src") && !/^(#|blob:|data:image\/png;)/.test(value)) {
      throw new Error("an address that leads elsewhere");
    } else made.setAttribute(name, name === "value" ? String(value) : visible(String(value)));
  }
  put(made, ...children);
  return made;
}

/**
 * Adds children to an element.
 * @param {Element} parent
 * @param {...(Child | Child[])} children
 */
export function put(parent, ...children) {
  for (const child of children.flat()) {
    if (child === null || child === undefined || child === false) continue;
    parent.append(child instanceof Node ? child : visible(String(child)));
  }
}

/**
 * Puts children in place of all that an element has.
 * @param {Element} parent
 * @param {...(Child | Child[])} children
 */
export function fill(parent, ...children) {
  parent.replaceChildren();
  put(parent, ...children);
}

/**
 * A name, or other words that somebody gave.
 * @param {string} text
 * @returns {HTMLElement}
 */
export function name(text) {
  return h("bdi", null, text);
}

const unseen = new RegExp("[\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f\\u061c\\u200b\\u200e\\u200f" +
  "\\u2028-\\u202e\\u2060-\\u206f\\ufeff]", "g");

/**
 * A text with signs for what cannot be seen: ␛ for an escape, ‹U+202E› for a change of direction.
 * Line ends and tabs stay.
 * @param {string} text
 * @returns {string}
 */
export function visible(text) {
  return text.replace(unseen, (c) => {
    const code = c.charCodeAt(0);
    if (code < 0x20) return String.fromCharCode(0x2400 + code);
    if (code === 0x7f) return "\u2421";
    return "‹U+" + code.toString(16).toUpperCase().padStart(4, "0") + "›";
  });
}
