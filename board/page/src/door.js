// @ts-check
// The drawing of the door: two leaves in a frame, barred, closed or open, as door gods guard them.
// It repeats what the words beside it say, so readers are not told of it.

import {h} from "./dom.js";

/**
 * @param {string} state as policy.DoorState: "locked", "released", "open", "held", "forced"
 * @param {boolean} unlocked
 * @returns {SVGElement}
 */
export function drawDoor(state, unlocked) {
  const open = state === "open" || state === "held" || state === "forced";
  const alarm = state === "held" || state === "forced";
  const kind = alarm ? "alarm" : unlocked || open ? "free" : "shut";
  return h("svg", {viewBox: "0 0 120 120", class: "gate " + kind, "aria-hidden": "true", focusable: "false"},
    h("path", {class: "frame", d: "M10 114V12q0-4 4-4h92q4 0 4 4v102"}),
    h("path", {class: "lintel", d: "M4 8h112"}),
    open ? [h("path", {class: "light", d: "M18 16h84v98H18z"}),
      h("path", {class: "leaf", d: "M18 16l20 9v80l-20 9z"}), h("path", {class: "leaf", d: "M102 16l-20 9v80l20 9z"}),
      h("circle", {class: "ring", cx: 33, cy: 66, r: 3}), h("circle", {class: "ring", cx: 87, cy: 66, r: 3})]
      : [h("path", {class: "leaf", d: "M18 16h40.5v98H18z"}), h("path", {class: "leaf", d: "M61.5 16H102v98H61.5z"}),
        studs(27), studs(70.5),
        h("circle", {class: "ring", cx: 50, cy: 74, r: 4.5}), h("circle", {class: "ring", cx: 70, cy: 74, r: 4.5}),
        kind === "shut" && h("rect", {class: "bar-across", x: 32, y: 56, width: 56, height: 9, rx: 2})],
    h("path", {class: "ground", d: "M2 114h116"}));
}

/** Three rows of three studs on a leaf. @param {number} left */
function studs(left) {
  return h("g", {class: "studs"}, [28, 38, 48].flatMap((cy) => [0, 11, 22].map((dx) =>
    h("circle", {cx: left + dx, cy, r: 1.8}))));
}

/** Whether the status is of a door, and not of the manager's seat. @param {any} s */
export const isDoor = (s) => s.door.code !== "no door";
