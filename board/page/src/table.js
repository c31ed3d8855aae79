// @ts-check
// Tables: a caption, heads with scope, and rows that become cards where the page is narrow. Each
// cell carries its column's name for that; the roles keep it a table for screen readers.

import {h} from "./dom.js";

/** @typedef {import("./dom.js").Child} Child */

/**
 * @template Row
 * @typedef {object} Column
 * @property {string} title
 * @property {(row: Row) => Child | Child[]} cell
 * @property {boolean} [head] names the row
 * @property {boolean} [number] is set in columns of digits
 */

/**
 * A table of rows. Without any row it is the sentence that says so.
 * @template Row
 * @param {{caption: string, columns: Column<Row>[], rows: Row[], empty: string}} of
 * @returns {HTMLElement}
 */
export function table({caption, columns, rows, empty}) {
  if (rows.length === 0) return h("p", {class: "empty"}, empty);
  return h("table", {role: "table"}, h("caption", null, caption),
    h("thead", {role: "rowgroup"}, h("tr", {role: "row"}, columns.map((c) =>
      h("th", {scope: "col", role: "columnheader", class: c.number && "number"}, c.title)))),
    h("tbody", {role: "rowgroup"}, rows.map((r) => tableRow(columns, r))));
}

/**
 * One row, for a table that grows.
 * @template Row
 * @param {Column<Row>[]} columns
 * @param {Row} r
 * @returns {HTMLElement}
 */
export function tableRow(columns, r) {
  return h("tr", {role: "row"}, columns.map((c) => h(c.head ? "th" : "td", {
    scope: c.head && "row", role: c.head ? "rowheader" : "cell", class: c.number && "number", "data-label": c.title,
  }, ...[c.cell(r)].flat())));
}
