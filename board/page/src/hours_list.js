// @ts-check
// Hours as a list: a row for each span with its days, from and to. Everything that the drawn week
// can do can be done here too, to the minute. A time that cannot be read stays, marked, and is not
// taken over.

import {fill, h, put} from "./dom.js";
import {say} from "./say.js";
import {clock, days, minutes} from "./spans.js";
import {announce, button} from "./ui.js";
import {dayName, spanText} from "./week.js";

/** @typedef {import("./spans.js").Span} Span */

/**
 * @param {Span[]} spans
 * @param {(spans: Span[]) => void} changed
 * @returns {{element: HTMLElement, draw: (spans: Span[]) => void, sound: () => boolean}} sound: each
 *   row can be read
 */
export function editList(spans, changed) {
  /** @type {Span[]} */
  let rows = [];
  const list = h("div", {class: "spans"});
  const tell = () => changed(rows.filter((r) => r.days.length > 0 && right(r)));
  const more = button(say("page.more-hours"), () => {
    rows.push({days: days.slice(0, 5), from: "08:00", to: "18:00"});
    draw(rows);
    /** @type {HTMLInputElement | null} */ (list.querySelector(":scope > :last-child input[type=text]"))?.focus();
    tell();
  }, "quiet");

  /** @param {Span[]} now */
  function draw(now) {
    rows = now.map((s) => ({...s, days: [...s.days]}));
    fill(list, rows.length === 0 ? h("p", {class: "empty"}, say("page.no-hours-yet")) : rows.map(row));
  }

  /** @param {Span} r */
  function row(r) {
    const summary = h("span", {class: "span-words"});
    const said = () => {
      fill(summary, right(r) && r.days.length > 0 ? spanText(r) : "–",
        right(r) && minutes(r.to) <= minutes(r.from) ? h("small", null, " " + say("page.next-morning")) : null);
      item.setAttribute("aria-label", summary.textContent);
    };
    const item = h("div", {role: "group"}, summary, h("div", {class: "span-days"}, days.map((d) => dayBox(r, d, said))),
      h("div", {class: "span-times"}, time(r, "from", said), time(r, "to", said), button(say("page.remove"), () => {
        rows.splice(rows.indexOf(r), 1);
        draw(rows);
        more.focus();
        announce(say("page.taken-out", summary.textContent ?? ""));
        tell();
      }, "quiet")));
    said();
    return item;
  }

  /** @param {Span} r @param {string} day @param {() => void} said */
  function dayBox(r, day, said) {
    const box = h("input", {type: "checkbox", checked: r.days.includes(day), "aria-label": dayName(day)});
    box.addEventListener("change", () => {
      r.days = days.filter((d) => (d === day ? box.checked : r.days.includes(d)));
      said();
      tell();
    });
    return h("label", {class: "day-box"}, box, h("span", {"aria-hidden": "true"}, dayName(day, "short")));
  }

  /** @param {Span} r @param {"from" | "to"} which @param {() => void} said */
  function time(r, which, said) {
    const input = h("input", {type: "text", inputmode: "numeric", maxlength: 5, value: r[which], autocomplete: "off"});
    const wrong = h("span", {class: "error", role: "alert"});
    input.addEventListener("change", () => {
      const at = minutes(input.value);
      r[which] = Number.isNaN(at) ? input.value : input.value = clock(at);
      input.toggleAttribute("aria-invalid", !fits(r[which], which));
      fill(wrong, fits(r[which], which) ? "" : say("page.write-time"));
      said();
      tell();
    });
    return h("label", {class: "time"}, which === "from" ? say("page.from") : say("page.to"), input, wrong);
  }

  draw(spans);
  const element = h("div", {class: "span-list"}, list);
  put(element, h("div", {class: "buttons"}, more));
  return {element, draw, sound: () => rows.every((r) => right(r) && r.days.length > 0)};
}

/** @param {Span} r */
const right = (r) => fits(r.from, "from") && fits(r.to, "to");

/** @param {string} text @param {"from" | "to"} which */
const fits = (text, which) => !Number.isNaN(minutes(text)) && (which === "to" || minutes(text) < 1440);
