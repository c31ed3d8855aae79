// @ts-check
// A QR code as a picture: an SVG on the page and on paper, a PNG to send. It is drawn from the
// modules that the unit gives, dark on white in the dark, too, with the border that scanners need.

import {h} from "./dom.js";

/** The light border, in modules (ISO/IEC 18004, 6.3.8). */
const quiet = 4;

/** Pixels of one module in the picture to send. */
const scale = 12;

/**
 * @param {string[]} rows of modules, "1" is dark
 * @param {string} label
 * @returns {SVGElement}
 */
export function drawQR(rows, label) {
  const side = rows.length + 2 * quiet;
  let path = "";
  rows.forEach((row, y) => {
    for (const run of row.matchAll(/1+/g)) {
      path += `M${run.index + quiet} ${y + quiet}h${run[0].length}v1h-${run[0].length}z`;
    }
  });
  return h("svg", {viewBox: `0 0 ${side} ${side}`, class: "qr", role: "img", "aria-label": label,
    "shape-rendering": "crispEdges"}, h("rect", {width: side, height: side, fill: "#fff"}),
  h("path", {d: path, fill: "#000"}));
}

/**
 * A picture of the code with lines of text below it.
 * @param {string[]} rows
 * @param {string[]} lines
 * @returns {Promise<Blob>} a PNG
 */
export function pictureQR(rows, lines) {
  const side = (rows.length + 2 * quiet) * scale;
  const canvas = h("canvas", {width: side, height: side + lines.length * 40 + (lines.length > 0 ? 24 : 0)});
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.fillStyle = "#000";
  rows.forEach((row, y) => [...row].forEach((dark, x) => {
    if (dark === "1") pen.fillRect((x + quiet) * scale, (y + quiet) * scale, scale, scale);
  }));
  pen.font = "26px system-ui, sans-serif";
  pen.textAlign = "center";
  lines.forEach((text, i) => pen.fillText(text, side / 2, side + 24 + i * 40, side - 40));
  return new Promise((resolve, reject) => canvas.toBlob((/** @type {Blob | null} */ blob) =>
    blob ? resolve(blob) : reject(new Error("no picture")), "image/png"));
}
