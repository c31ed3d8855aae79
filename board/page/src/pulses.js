// @ts-check
// How frames came over a reader's wire: a stroke for each pulse, at its time. What came late, or
// too early, is marked. The unit tells times alone: no stroke says which bit it was.

import {h, name} from "./dom.js";
import {say} from "./say.js";
import {badge} from "./ui.js";

/** @typedef {{at: string, read: boolean, text: string, gaps: number[], middle: number, lost?: number}} Frame */

const width = 560;

/** @param {Frame} f @returns {HTMLElement} */
export function drawFrame(f) {
  const odd = f.gaps.map((gap) => gap > 1.2 * f.middle || gap < .8 * f.middle);
  const total = f.gaps.reduce((sum, gap) => sum + gap, 0) || 1;
  let at = 0;
  const strokes = [0, ...f.gaps].map((gap, i) => {
    at += gap;
    const x = 8 + (width - 16) * at / total;
    return h("path", {class: i > 0 && odd[i - 1] ? "odd" : "even", d: `M${x.toFixed(1)} 6v28`});
  });
  const first = odd.indexOf(true);
  return h("li", {class: "frame"},
    h("p", null, h("time", {datetime: f.at}, f.at.slice(11, 19)), " ",
      badge(f.read ? "good" : "bad", f.read ? say("page.frame-read") : say("page.frame-not-read")), " ", name(f.text)),
    h("svg", {viewBox: `0 0 ${width} 40`, class: "pulses", "aria-hidden": "true", focusable: "false"},
      h("path", {class: "rest", d: `M0 34h${width}`}), strokes),
    h("p", {class: "hint"}, say("page.pulses", f.gaps.length + 1, ms(f.middle), ms(total)),
      first >= 0 ? " " + say("page.pulse-odd", first + 2, ms(f.gaps[first])) : "",
      f.lost ? " " + say("page.pulses-lost", f.lost) : ""));
}

/** @param {number} us */
const ms = (us) => (us / 1000).toFixed(us < 10000 ? 2 : 1) + " ms";
