// @ts-check
// The drawing of a board's header with its wires, as one sees it: pin 1 above, a wire at each pin
// that the door uses. The table below it says the same, so readers are not told of the drawing.

import {h, name} from "./dom.js";
import {say} from "./say.js";
import {table} from "./table.js";

/** @typedef {{at: number, name: string, powerUp?: string, kind: string, wire?: string, refused?: boolean}} Pin */

const row = 27;
const top = 22;

/** @param {Pin[]} pins in the header's order @returns {SVGElement} */
export function drawHeader(pins) {
  const rows = Math.ceil(pins.length / 2);
  const height = rows * row + 2 * top;
  return h("svg", {viewBox: `0 0 720 ${height}`, class: "header", "aria-hidden": "true", focusable: "false"},
    h("rect", {class: "plug", x: 318, y: 10, width: 84, height: height - 20, rx: 8}),
    pins.map((p) => drawPin(p, top + Math.floor((p.at - 1) / 2) * row + row / 2, p.at % 2 === 1)));
}

/** @param {Pin} p @param {number} y @param {boolean} left */
function drawPin(p, y, left) {
  const x = left ? 340 : 380;
  const out = left ? -1 : 1; // to its side
  const shape = p.at === 1 ? h("rect", {class: "hole", x: x - 9, y: y - 9, width: 18, height: 18, rx: 2})
    : h("circle", {class: "hole", cx: x, cy: y, r: 9});
  return h("g", {class: "pin " + p.kind + (p.wire ? " wired" : "") + (p.refused ? " refused" : "")}, shape,
    h("text", {class: "place", x, y: y + 4, "text-anchor": "middle"}, p.at),
    h("text", {class: "name", x: x + out * 28, y: y + 5, "text-anchor": left ? "end" : "start"}, p.name),
    p.wire && [
      h("path", {class: "wire", d: `M${x + out * 82} ${y}h${out * 44}`}),
      h("rect", {class: "label", x: left ? 8 : 506, y: y - 11, width: 206, height: 22, rx: 6}),
      h("text", {class: "says", x: left ? 204 : 516, y: y + 4.5, "text-anchor": left ? "end" : "start"},
        (p.refused ? "! " : "") + p.wire)]);
}

/** The wires one by one. @param {Pin[]} pins */
export function wireTable(pins) {
  const levels = {up: say("page.pulled-up"), down: say("page.pulled-down")};
  return table({
    caption: say("page.wires-caption"), rows: pins.filter((p) => p.wire), empty: say("page.no-wires"),
    columns: [
      {title: say("page.wiring-pin"), head: true, cell: (p) => String(p.at)},
      {title: say("page.pin-name"), cell: (p) => p.name},
      {title: say("page.wiring-wire"), cell: (p) => h("span", null, name(p.wire ?? ""),
        p.refused ? " – " + say("page.wiring-refused") : null)},
      {title: say("page.power-up"), cell: (p) => levels[/** @type {"up" | "down"} */ (p.powerUp)] ?? "–"},
    ],
  });
}
