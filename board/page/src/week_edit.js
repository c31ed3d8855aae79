// @ts-check
// A week that is drawn in. With the mouse: drag over days and hours to add them, drag an edge to
// move it, click to choose. With keys: arrows move the cursor, with Shift they choose more, Enter
// adds what is chosen, Delete takes it out. Each step is said. The list beside it says the same.

import {fill, h, put} from "./dom.js";
import {say} from "./say.js";
import {add, blocks, clock, cut, dayLength, days, pieces, spansOf} from "./spans.js";
import {announce, button} from "./ui.js";
import {dayName, daysText, drawWeek, piece, placed} from "./week.js";

/** @typedef {import("./spans.js").Span} Span */
/** @typedef {import("./spans.js").Block} Block */
/** @typedef {{day: number, at: number}} Point */

let made = 0;

const step = 30; // minutes of a key
const snap = 15; // of the mouse

/**
 * @param {Span[]} spans
 * @param {(spans: Span[]) => void} changed
 * @returns {{element: HTMLElement, draw: (spans: Span[]) => void}}
 */
export function editWeek(spans, changed) {
  const editor = new Editor(spans, changed);
  return {element: editor.element, draw: (now) => { editor.all = blocks(now); editor.draw(); }};
}

class Editor {
  /** @param {Span[]} spans @param {(spans: Span[]) => void} changed */
  constructor(spans, changed) {
    this.changed = changed;
    this.all = blocks(spans);
    /** Where a choice begins, and where it ends: the cursor. @type {Point} */
    this.anchor = {day: 0, at: 8 * 60};
    this.cursor = {...this.anchor};
    this.unit = step;
    const keys = "week-keys-" + ++made;
    const {element, tracks} = drawWeek(days.map((d) => ({title: dayName(d, "short"), apart: d === "holiday",
      pieces: []})));
    this.tracks = tracks;
    this.week = element;
    element.classList.add("edited");
    for (const [name, value] of Object.entries({tabindex: "0", role: "application",
      "aria-label": say("page.week-drawn"), "aria-describedby": keys})) element.setAttribute(name, value);
    this.chosen = h("p", {class: "chosen"});
    this.element = h("div", null, h("p", {class: "hint", id: keys}, say("page.week-keys")), element,
      h("div", {class: "buttons chosen-row"}, this.chosen, button(say("page.add-hours"), () => this.add()),
        button(say("page.take-out"), () => this.cut())));
    element.addEventListener("keydown", (/** @type {KeyboardEvent} */ e) => this.key(e));
    element.addEventListener("focus", () => this.tell());
    element.addEventListener("pointerdown", (/** @type {PointerEvent} */ e) => this.press(e));
    this.draw();
  }

  /** What is chosen: days from one to another, and the minutes. */
  choice() {
    const [a, b] = [this.anchor, this.cursor];
    return {first: Math.min(a.day, b.day), last: Math.max(a.day, b.day), from: Math.min(a.at, b.at),
      to: Math.min(Math.max(a.at, b.at) + this.unit, dayLength)};
  }

  draw() {
    const c = this.choice();
    this.tracks.forEach((track, day) => {
      fill(track, pieces(this.all, day).map((p) => {
        const made = piece(p, p.tail ? "" : clock(p.block.from) + "–" + clock(p.block.to % dayLength || dayLength));
        if (!p.tail) put(made, this.edge(p.block, "from"));
        if (p.tail || p.block.to <= dayLength) put(made, this.edge(p.block, "to"));
        return made;
      }));
      if (day >= c.first && day <= c.last) put(track, placed(h("div", {class: "cursor"}), c.from, c.to));
    });
    fill(this.chosen, this.words());
  }

  /** @param {Block} block @param {"from" | "to"} which */
  edge(block, which) {
    const made = h("i", {class: "edge " + which});
    made.addEventListener("pointerdown", (/** @type {PointerEvent} */ e) => {
      e.stopPropagation();
      this.drag(e, (at, day) => this.move(block, which, at, day), () => this.change(this.all));
    });
    return made;
  }

  /** The choice in words. */
  words() {
    const {first, last, from, to} = this.choice();
    return daysText(days.slice(first, last + 1)) + " " + clock(from) + "–" + clock(to);
  }

  tell() {
    const {from, to} = this.choice();
    const open = pieces(this.all, this.cursor.day).some((p) => p.from < to && p.to > from);
    announce(this.words() + say("page.comma") + (open ? say("page.open-then") : say("page.day-closed")));
  }

  /** @param {Block[]} all */
  change(all) {
    this.all = all;
    this.draw();
    this.changed(spansOf(all));
  }

  add() {
    const {first, last, from, to} = this.choice();
    let all = this.all;
    for (let day = first; day <= last; day++) all = add(all, day, from, to);
    this.change(all);
    announce(say("page.added-hours", this.words()));
  }

  cut() {
    const {first, last, from, to} = this.choice();
    let all = this.all;
    for (let day = first; day <= last; day++) all = cut(all, day, from, to);
    this.change(all);
    announce(say("page.taken-out", this.words()));
  }

  /** @param {KeyboardEvent} e */
  key(e) {
    const rows = this.inRows();
    const by = /** @type {Record<string, [number, number]>} */ ({
      ArrowUp: rows ? [-1, 0] : [0, -step], ArrowDown: rows ? [1, 0] : [0, step],
      ArrowLeft: rows ? [0, -step] : [-1, 0], ArrowRight: rows ? [0, step] : [1, 0],
      PageUp: [0, -3 * 60], PageDown: [0, 3 * 60], Home: [0, -dayLength], End: [0, dayLength],
    })[e.key];
    if (by && !e.ctrlKey && !e.altKey && !e.metaKey) {
      const at = Math.floor(this.cursor.at / step) * step;
      this.cursor = {day: Math.max(0, Math.min(7, this.cursor.day + by[0])),
        at: Math.max(0, Math.min(dayLength - step, at + by[1]))};
      if (!e.shiftKey) this.anchor = {...this.cursor};
      this.unit = step;
      this.draw();
      this.tell();
    } else if (e.key === "Enter" || e.key === " ") this.add();
    else if (e.key === "Delete" || e.key === "Backspace") this.cut();
    else return;
    e.preventDefault();
  }

  /** Whether days are rows, as on a narrow page. */
  inRows() {
    const {width, height} = this.tracks[0].getBoundingClientRect();
    return width > height;
  }

  /** The day and minute under the pointer. @param {PointerEvent} e @returns {{day: number, at: number}} */
  under(e) {
    const rows = this.inRows();
    const boxes = this.tracks.map((t) => t.getBoundingClientRect());
    const across = rows ? e.clientY : e.clientX;
    const day = boxes.findIndex((b) => across < (rows ? b.bottom : b.right));
    const box = boxes[day < 0 ? 7 : day];
    const part = rows ? (e.clientX - box.left) / box.width : (e.clientY - box.top) / box.height;
    return {day: day < 0 ? 7 : day, at: Math.max(0, Math.min(dayLength, part * dayLength))};
  }

  /** Draws a choice; a press without a move chooses the block that is there. @param {PointerEvent} e */
  press(e) {
    if (e.button !== 0) return;
    const floor = (/** @type {number} */ at) => Math.min(Math.floor(at / snap) * snap, dayLength - snap);
    const {day, at} = this.under(e);
    let moved = false;
    this.anchor = this.cursor = {day, at: floor(at)};
    this.unit = snap;
    this.drag(e, (to, on) => {
      const now = {day: on, at: floor(to)};
      moved ||= now.day !== this.anchor.day || now.at !== this.anchor.at;
      this.cursor = now;
    }, () => {
      if (moved) return this.add();
      const here = pieces(this.all, day).find((p) => p.from <= at && p.to > at);
      if (here) {
        this.anchor = {day, at: here.from};
        this.cursor = {day, at: here.to - snap};
      }
      this.draw();
      this.tell();
    });
  }

  /** Moves an edge. @param {Block} block @param {"from" | "to"} which @param {number} at @param {number} day */
  move(block, which, at, day) {
    let to = Math.round(at / snap) * snap;
    if (which === "to") {
      const next = day === (block.day + 1) % 7 && block.day < 7 && block.to > dayLength;
      to = Math.max(block.from + snap, next ? to + dayLength : to);
      block.to = Math.min(to, block.from + dayLength);
    } else block.from = Math.max(Math.min(to, block.to - snap, dayLength - snap), block.to - dayLength, 0);
  }

  /**
   * Follows the pointer until it is let go.
   * @param {PointerEvent} e @param {(at: number, day: number) => void} moved @param {() => void} end
   */
  drag(e, moved, end) {
    this.week.setPointerCapture(e.pointerId);
    const follow = (/** @type {PointerEvent} */ m) => {
      const {day, at} = this.under(m);
      moved(at, day);
      this.draw();
    };
    const stop = new AbortController();
    this.week.addEventListener("pointermove", follow, {signal: stop.signal});
    for (const over of ["pointerup", "pointercancel"]) {
      this.week.addEventListener(over, () => { stop.abort(); end(); }, {signal: stop.signal});
    }
    this.draw();
  }
}
