// @ts-check
// What the camera sees, over the cable: small grey pictures on a canvas, with the zone, the face and
// the unit's advice. Each is drawn over the one before, and nothing of them is left when it ends.
// Who cannot see them is told where the face is and what would help: when that changes, not at each.

import {fill, h} from "./dom.js";
import {fromBase64} from "./file.js";
import {duration, say} from "./say.js";
import {call} from "./session.js";

/** Pixels of the canvas for one of a picture, and milliseconds between two things that are said. */
const scale = 4;
const sayEvery = 1500;

/**
 * A window to the camera, empty until look().
 * @returns {{element: HTMLElement, look: (signal: AbortSignal) => Promise<void>}}
 */
export function camera() {
  const main = screen(say("page.camera-picture")), second = screen(say("page.camera-infrared"));
  const advice = h("p", {class: "advice", role: "status"});
  const figures = h("p", {class: "hint", "aria-hidden": "true"});
  second.element.hidden = true;
  const element = h("figure", {class: "camera"}, h("div", {class: "screens"}, main.element, second.element),
    h("figcaption", null, advice, figures));
  let told = 0, frames = 0, since = 0;

  /** @param {any} p */
  async function take(p) {
    await main.draw(p);
    second.element.hidden = !p.infrared;
    if (p.infrared) await second.draw(p.infrared);
    const now = performance.now();
    frames++;
    if (now - since > 2000) {
      element.dataset.rate = (frames * 1000 / (now - since)).toFixed(1); // pictures a second, for tests
      [frames, since] = [0, now];
    }
    fill(figures, [p.figures, say("page.camera-left", duration(p.left))].filter(Boolean).join(" · "));
    if (now - told < sayEvery) return;
    const where = whereabouts(p), words = [where, p.infrared && say("page.infrared-says", p.infrared.advice)];
    main.label(where);
    if (advice.textContent !== words.filter(Boolean).join(" ")) fill(advice, words.filter(Boolean).join(" "));
    told = now;
  }

  return {
    element,
    /** Shows pictures until the signal, or until the unit ends it. The act is recorded there. */
    async look(signal) {
      since = performance.now();
      try {
        await call("camera.aim", {}, {signal, timeout: 0, onPicture: (p) => take(p).catch(() => {})});
      } finally {
        main.clear();
        second.clear();
        fill(advice);
        fill(figures);
      }
    },
  };
}

/** @param {string} label */
function screen(label) {
  const canvas = h("canvas", {width: 160 * scale, height: 120 * scale, role: "img", "aria-label": label});
  const on = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  let busy = false, ended = false;
  const box = (/** @type {number[] | undefined} */ r, /** @type {string} */ colour, /** @type {number[]} */ dash) => {
    if (!r) return;
    const [x, y, width, height] = r.map((n) => n * scale);
    on.setLineDash(dash);
    for (const [line, style] of /** @type {[number, string][]} */ ([[7, "#000a"], [3, colour]])) {
      on.lineWidth = line;
      on.strokeStyle = style;
      on.strokeRect(x, y, width, height);
    }
  };
  return {
    element: /** @type {HTMLElement} */ (h("div", {class: "screen"}, canvas)),
    /** @param {any} p what comes while one is being drawn is left out */
    async draw(p) {
      if (busy || ended) return;
      busy = true;
      try {
        const picture = await createImageBitmap(new Blob([fromBase64(p.jpeg)], {type: "image/jpeg"}));
        if (!ended) {
          if (canvas.width !== p.width * scale) canvas.width = p.width * scale;
          if (canvas.height !== p.height * scale) canvas.height = p.height * scale;
          on.drawImage(picture, 0, 0, canvas.width, canvas.height);
          box(p.zone, "#fff", [14, 10]);
          box(p.face, p.good ? "#7be08f" : "#ffd166", p.good ? [] : [4, 6]);
        }
        picture.close();
      } finally {
        busy = false;
      }
    },
    /** @param {string} text */
    label(text) {
      canvas.setAttribute("aria-label", label + ": " + text);
    },
    clear() {
      ended = true;
      on.clearRect(0, 0, canvas.width, canvas.height);
    },
  };
}

/** A picture in words: where the face is, how large, and what would help. @param {any} p */
function whereabouts(p) {
  if (!p.face) return say("page.camera-no-face");
  const [x, y, width, height] = p.face;
  const third = (/** @type {number} */ at, /** @type {number} */ of) => Math.min(Math.floor(3 * at / of), 2);
  const across = [say("page.at-left"), say("page.at-middle"), say("page.at-right")][third(x + width / 2, p.width)];
  const down = [say("page.at-top"), say("page.at-centre"), say("page.at-bottom")][third(y + height / 2, p.height)];
  const tall = Math.round(height / p.height * 10) * 10;
  return (p.good ? say("page.camera-good") : p.advice || say("page.camera-face")) + " " +
    say("page.camera-where", across, down, tall);
}
