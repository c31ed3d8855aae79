// @ts-check
// Hours as they are edited: spans of the protocol ({days, from: "22:00", to: "06:00"}), and blocks,
// which are a span on one day in minutes: one past midnight ends after 1440. Adding and cutting work
// on what is drawn; whether hours can be kept is the unit's to say.

/** @typedef {{days: string[], from: string, to: string}} Span */
/** @typedef {{day: number, from: number, to: number}} Block */

/** The kinds of day, in the order in which a week is drawn. */
export const days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun", "holiday"];

export const dayLength = 1440;
const holiday = 7;

/** @param {string} clock "07:30" @returns {number} minutes since midnight; NaN: it is no time of day */
export function minutes(clock) {
  const m = /^(\d{1,2})(?:[:.：]?(\d{2}))?$/.exec(clock.trim());
  const at = m ? Number(m[1]) * 60 + Number(m[2] ?? 0) : NaN;
  return m && Number(m[2] ?? 0) < 60 && at <= dayLength ? at : NaN;
}

/** @param {number} at minutes @returns {string} as the unit writes it: "07:30", "24:00" */
export function clock(at) {
  return String(Math.floor(at / 60)).padStart(2, "0") + ":" + String(at % 60).padStart(2, "0");
}

/** @param {Span[]} spans @returns {Block[]} */
export function blocks(spans) {
  return spans.flatMap((s) => {
    const from = minutes(s.from), to = minutes(s.to);
    if (Number.isNaN(from) || Number.isNaN(to)) return [];
    return s.days.map((d) => ({day: days.indexOf(d), from, to: to <= from ? to + dayLength : to}));
  });
}

/** @param {Block[]} all @returns {Span[]} blocks of the same times as one span, the earliest days first */
export function spansOf(all) {
  /** @type {Map<string, Span>} */
  const found = new Map();
  for (const b of sorted(all)) {
    const from = clock(b.from), to = clock(b.to > dayLength ? b.to - dayLength : b.to);
    const span = found.get(from + to) ?? {days: [], from, to};
    if (!span.days.includes(days[b.day])) span.days.push(days[b.day]);
    found.set(from + to, span);
  }
  return [...found.values()];
}

/** @param {Block[]} all */
const sorted = (all) => [...all].sort((a, b) => a.day - b.day || a.from - b.from);

/**
 * Adds hours to a day; what they touch there becomes one block with them.
 * @param {Block[]} all @param {number} day @param {number} from @param {number} to
 * @returns {Block[]}
 */
export function add(all, day, from, to) {
  const touches = (/** @type {Block} */ b) => b.day === day && b.from <= to && b.to >= from;
  const joined = all.filter(touches);
  const kept = all.filter((b) => !touches(b));
  const start = Math.min(from, ...joined.map((b) => b.from)), end = Math.max(to, ...joined.map((b) => b.to));
  return sorted([...kept, ...written(day, start, end)]);
}

/**
 * Cuts hours out of what is drawn in a day's column, also of what runs into it from the day before.
 * @param {Block[]} all @param {number} day @param {number} from @param {number} to
 * @returns {Block[]}
 */
export function cut(all, day, from, to) {
  return sorted(all.flatMap((b) => {
    if (b.day === day) return without(b, from, to);
    if (day !== holiday && b.day === before(day)) return without(b, from + dayLength, to + dayLength);
    return [b];
  }));
}

/** @param {number} day @returns {number} */
const before = (day) => (day + holiday - 1) % holiday;

/** @param {Block} b @param {number} from @param {number} to */
function without(b, from, to) {
  if (from >= b.to || to <= b.from) return [b];
  return [...b.from < from ? written(b.day, b.from, from) : [], ...to < b.to ? written(b.day, to, b.to) : []];
}

/**
 * Hours as blocks that can be written: one begins on its day, and is at most a day long.
 * @param {number} day @param {number} from @param {number} to
 * @returns {Block[]}
 */
function written(day, from, to) {
  if (from >= dayLength) return tomorrow(day, from, to);
  if (to - from <= dayLength) return [{day, from, to}];
  return [{day, from, to: dayLength}, ...tomorrow(day, dayLength, to)];
}

/** @param {number} day @param {number} from @param {number} to */
const tomorrow = (day, from, to) =>
  day === holiday ? [] : written((day + 1) % holiday, from - dayLength, to - dayLength);

/** @typedef {{block: Block, from: number, to: number, tail: boolean}} Piece */

/**
 * What is drawn in a day's column: its blocks until midnight, and what runs into it from the day
 * before.
 * @param {Block[]} all @param {number} day
 * @returns {Piece[]}
 */
export function pieces(all, day) {
  const own = all.filter((b) => b.day === day);
  const tails = all.filter((b) => day !== holiday && b.day === before(day) && b.to > dayLength);
  return [...own.map((block) => ({block, from: block.from, to: Math.min(block.to, dayLength), tail: false})),
    ...tails.map((block) => ({block, from: 0, to: block.to - dayLength, tail: true}))];
}

/**
 * The rules of a group as hours.change takes them.
 * @param {{spans: Span[], until?: string}[]} rules
 * @returns {string}
 */
export function textOf(rules) {
  return rules.filter((r) => r.spans.length > 0).map((r) => r.spans.map((s) =>
    `${s.days.join(",")} ${s.from}-${s.to}`).join(", ") + (r.until ? " until " + r.until : "")).join("; ");
}
