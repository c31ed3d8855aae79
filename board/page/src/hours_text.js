// @ts-check
// Hours as the unit writes them, "mon-fri 07:00-23:00; sat 10:00-12:00 until 2026-12-31", in the
// language that is spoken. It is only read: what goes back to the unit is the unit's own text.

import {say} from "./say.js";
import {days} from "./spans.js";
import {dayName} from "./week.js";

/**
 * @param {string} text hours, or a kind of day; empty: none
 * @returns {string}
 */
export function hoursText(text) {
  if (!text) return say("page.none");
  return text.replace(/\buntil (\d{4}-\d{2}-\d{2})/g, (_, day) => say("page.until-day", day))
    .replace(/([a-z])-(?=[a-z])/g, "$1–").replace(/(\d\d:\d\d)-(?=\d)/g, "$1–")
    .replace(/[a-z]+/g, (word) => (days.includes(word) ? dayName(word, "short")
      : word === "daily" ? say("page.daily") : word));
}
