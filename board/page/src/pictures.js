// @ts-check
// The pictures of the self-test: what to do at the door, large enough to be seen from it. They
// repeat what the words beside them say, so readers are not told of them.

import {h} from "./dom.js";

/** @param {string} d @param {string} [kind] "thin", "full", "do" (what moves), "soft" */
const path = (d, kind = "") => h("path", {d, class: kind});
/** @param {number} cx @param {number} cy @param {number} r @param {string} [kind] */
const dot = (cx, cy, r, kind = "") => h("circle", {cx, cy, r, class: kind});
/** @param {number} x @param {number} y @param {number} width @param {number} height @param {string} [kind] */
const box = (x, y, width, height, kind = "") => h("rect", {x, y, width, height, rx: 5, class: kind});

const shut = () => [box(34, 14, 62, 104, "soft"), dot(84, 68, 5, "full"), path("M20 118h90")];
const ajar = () => [path("M34 14h62v104H34"), path("M34 14l38 10v100l-38-6z", "soft"), dot(64, 74, 4, "full"),
  path("M20 118h90")];
const arrow = (/** @type {string} */ d) => path(d, "do");
const chip = () => [box(36, 36, 58, 58, "soft"), path("M48 36V22M65 36V22M82 36V22M48 94v14M65 94v14M82 94v14" +
  "M36 48H22M36 65H22M36 82H22M94 48h14M94 65h14M94 82h14"), path("M52 66l9 10 17-22", "do")];
const button = () => [box(36, 20, 58, 74, "soft"), dot(65, 52, 17), dot(65, 52, 9, "full"),
  arrow("M65 122V80M54 92l11-12 11 12")];
const lock = () => [box(34, 58, 62, 54, "soft"), path("M46 58V42a19 19 0 0 1 38 0"), dot(65, 82, 6, "full"),
  path("M65 86v12")];
const open = () => [box(34, 58, 62, 54, "soft"), path("M46 58V38a19 19 0 0 1 37-6"), dot(65, 82, 6, "full"),
    path("M65 86v12"),
  arrow("M104 44l14-8M104 56h16")];
const plug = () => [box(46, 46, 40, 34, "soft"), path("M56 46V28M76 46V28M66 80v20q0 14 16 14h28"),
  arrow("M30 40L16 26M30 64H12")];
const lamp = () => [path("M65 26a27 27 0 0 1 15 49v11H50V75a27 27 0 0 1 15-49z", "soft"), path("M52 96h26M56 106h18"),
  arrow("M65 16V6M28 32l-8-8M102 32l8-8M22 60H10M108 60h12")];
const reader = () => [box(22, 26, 48, 84, "soft"), dot(46, 44, 5, "full"), path("M34 70h24M34 84h24", "thin"),
  h("g", {class: "card-held"}, box(80, 48, 42, 30, "card-in-hand"), path("M86 58h16", "thin")),
    arrow("M112 92H84M94 82L82 92l12 10")];
const keys = () => [box(30, 14, 70, 104, "soft"), ...[34, 56, 78, 100].flatMap((cy) =>
  [46, 65, 84].map((cx) => dot(cx, cy, 6, "full")))];
const camera = () => [box(18, 40, 68, 52, "soft"), dot(52, 66, 18), dot(52, 66, 8, "full"),
    path("M86 56l24-12v44L86 76z", "soft")];
const face = () => [...camera(), arrow("M114 112H92M102 102l-12 10 12 10")];

/** @type {Record<string, () => any[]>} */
const drawings = {
  door: shut, rest: () => [...shut(), arrow("M100 68h20M112 58l10 10-10 10")],
  relay: open, restart: () => [...lock(), arrow("M108 30a20 20 0 1 0 8 18M116 26v22H94")],
  contact: ajar, open: () => [...ajar(), arrow("M84 68h28M102 58l11 10-11 10")],
  close: () => [...ajar(), arrow("M116 68H86M96 58l-11 10 11 10")],
  rex: button, staff: button, press: button, "let go": () => [box(36, 20, 58, 74, "soft"), dot(65, 52, 17), dot(65,
    52, 9, "full"),
    arrow("M65 82v38M54 108l11 12 11-12")],
  exit: () => [...shut(), path("M66 68h22"), arrow("M12 68h18M22 58l10 10-10 10")],
  fire: () => [path("M66 14c6 22 28 30 28 60a29 29 0 0 1-58 0c0-16 10-22 12-36 8 6 12 12 12 20 6-8 9-26 6-44z",
    "flame"),
    path("M65 74c6 8 10 12 10 20a11 11 0 0 1-21 0c0-8 6-12 11-20z", "thin")],
  power: plug, mains: plug, battery: () => [box(24, 40, 76, 50, "soft"), box(100, 56, 8, 18, "full"),
    path("M40 54v22M56 54v22M72 54v22")],
  bell: () => [path("M65 22a28 28 0 0 1 28 28v26l10 16H27l10-16V50a28 28 0 0 1 28-28z", "soft"), dot(65, 102, 8,
    "full"),
    arrow("M22 34q-8 12-4 26M108 34q8 12 4 26")],
  tamper: () => [box(26, 46, 78, 66, "soft"), path("M26 46l14-28h78l-14 28"), arrow("M14 40V16M4 26l10-11 10 11")],
  line: () => [path("M10 66h22l5-14 10 28 10-28 10 28 10-28 10 28 5-14h22"), dot(10, 66, 5, "full"), dot(114, 66,
    5, "full")],
  signal: lamp, reader, tap: reader, keypad: keys, type: keys, camera, infrared: face, stand: face,
  clock: () => [dot(65, 65, 46, "soft"), path("M65 36v30l20 12"), path("M65 24v5M65 101v5M24 65h5M101 65h5", "thin")],
  failed: () => [dot(65, 65, 48, "failed"), path("M46 46l38 38M84 46L46 84", "do")],
};
drawings["raise"] = drawings["clear"] = drawings.fire;
drawings["pull"] = drawings["is it locked"] = drawings["is it locked again"] = drawings.rest;
drawings["did it let go"] = drawings.relay;
drawings["key"] = drawings["storage"] = drawings["watchdog"] = drawings["updates"] = chip;

/**
 * The picture of a step or a task, by its id; else of the step it belongs to.
 * @param {string} id
 * @param {string} [of]
 * @returns {SVGElement}
 */
export function picture(id, of = "") {
  const drawn = drawings[id] ?? drawings[id.split(" ")[0]] ?? drawings[of] ?? drawings[of.split(" ")[0]] ?? shut;
  return h("svg", {viewBox: "0 0 130 130", class: "deed", "aria-hidden": "true", focusable: "false"}, drawn());
}
