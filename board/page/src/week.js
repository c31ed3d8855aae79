// @ts-check
// The picture of a week: a column for each day, with the hours that are open as blocks in it; rows,
// where the page is narrow. It says the same in words to a reader. week_edit.js lets it be drawn in.

import {h, put} from "./dom.js";
import {language, say} from "./say.js";
import {clock, dayLength, days} from "./spans.js";

/** @typedef {{from: number, to: number, tail?: boolean, block?: any}} Piece */
/** @typedef {{title: string, sub?: string, apart?: boolean, pieces: Piece[]}} Column */

/**
 * The name of a kind of day in the language that is spoken.
 * @param {string} day "mon", "holiday"
 * @param {"short" | "long"} [length]
 * @returns {string}
 */
export function dayName(day, length = "long") {
  if (day === "holiday") return say("page.holiday");
  const monday = Date.UTC(2026, 2, 2); // a Monday
  return new Intl.DateTimeFormat(language(), {weekday: length, timeZone: "UTC"})
    .format(monday + days.indexOf(day) * 86_400_000);
}

/**
 * Kinds of day as they are said: "Mon – Fri, holiday".
 * @param {string[]} of
 * @returns {string}
 */
export function daysText(of) {
  const week = days.slice(0, 7), parts = [];
  for (let i = 0; i < 7; i++) {
    let n = 0;
    while (i + n < 7 && of.includes(week[i + n])) n++;
    if (n === 7) parts.push(say("page.every-weekday"));
    else if (n > 2) parts.push(dayName(week[i], "short") + "–" + dayName(week[i + n - 1], "short"));
    else parts.push(...week.slice(i, i + n).map((d) => dayName(d, "short")));
    i += n;
  }
  if (of.includes("holiday")) parts.push(say("page.holidays-too"));
  return parts.join(say("page.comma"));
}

/** @param {{days: string[], from: string, to: string}} span */
export const spanText = (span) => daysText(span.days) + " " + span.from + "–" + span.to;

/**
 * Draws a week.
 * @param {Column[]} columns
 * @param {{small?: boolean}} [how]
 * @returns {{element: HTMLElement, tracks: HTMLElement[]}}
 */
export function drawWeek(columns, {small = false} = {}) {
  const tracks = columns.map(() => h("div", {class: "track"}));
  const scale = h("div", {class: "scale", "aria-hidden": "true"}, [0, 6, 12, 18, 24].map((at) =>
    placed(h("span", null, String(at)), at * 60, at * 60)));
  const element = h("div", {class: small ? "week small" : "week"}, h("div", {class: "day"}, h("span"), scale),
    columns.map((c, i) => h("div", {class: c.apart ? "day apart" : "day"},
      h("span", {class: "day-name"}, c.title, c.sub && h("small", null, " " + c.sub)), tracks[i])));
  columns.forEach((c, i) => put(tracks[i], c.pieces.map((p) => piece(p))));
  return {element, tracks};
}

/**
 * A week that is only looked at.
 * @param {Column[]} columns
 * @param {string} of whose hours they are
 * @returns {HTMLElement}
 */
export function seenWeek(columns, of) {
  const {element} = drawWeek(columns, {small: true});
  element.setAttribute("role", "img");
  element.setAttribute("aria-label", of + ": " + columns.map((c) => [c.title, c.sub, c.pieces.length === 0
    ? say("page.day-closed") : c.pieces.map((p) => clock(p.from) + "–" + clock(p.to)).join(", ")]
    .filter(Boolean).join(" ")).join("; "));
  return element;
}

/**
 * A block of hours in a track.
 * @param {Piece} p
 * @param {string} [text]
 * @returns {HTMLElement}
 */
export function piece(p, text = "") {
  const made = h("div", {class: "piece" + (p.tail ? " tail" : "") + (p.to === dayLength && p.block?.to > dayLength
    ? " on" : "")}, text && h("span", null, text));
  return placed(made, p.from, p.to);
}

/** Says where in a day something stands. The style is set by its own interface, as the policy asks.
 * @param {HTMLElement} element @param {number} from @param {number} to */
export function placed(element, from, to) {
  element.style.setProperty("--from", String(from / dayLength));
  element.style.setProperty("--to", String(to / dayLength));
  return element;
}
