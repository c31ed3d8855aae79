// Hours as they are edited: adding and cutting what is drawn, and what goes back to the unit.

import assert from "node:assert/strict";
import {test} from "node:test";
import {add, blocks, clock, cut, minutes, pieces, spansOf, textOf} from "../src/spans.js";

const week = (text) => blocks(text.split(", ").filter(Boolean).map((s) => {
  const [days, from, to] = s.split(/[ -]/);
  return {days: days.split(","), from, to};
}));
const text = (all) => textOf([{spans: spansOf(all)}]);

test("times are read as people write them", () => {
  assert.deepEqual(["7", "07:30", "7:5", "0730", "24:00", "24:01", "7.30", "half past", "-1", ""].map(minutes),
    [420, 450, NaN, 450, 1440, NaN, 450, NaN, NaN, NaN]);
  assert.equal(clock(1440), "24:00");
});

test("what is added joins what it touches, day by day", () => {
  for (const [before, day, from, to, after] of [
    ["", 0, 420, 540, "mon 07:00-09:00"],
    ["mon 07:00-09:00", 0, 540, 600, "mon 07:00-10:00"],
    ["mon 07:00-09:00, mon 10:00-11:00", 0, 500, 610, "mon 07:00-11:00"],
    ["mon 07:00-09:00", 1, 420, 540, "mon,tue 07:00-09:00"],
    ["mon 22:00-02:00", 0, 1200, 1440, "mon 20:00-02:00"],
    ["mon 22:00-02:00", 0, 0, 1440, "mon 00:00-24:00, tue 00:00-02:00"],
    ["sun 22:00-02:00", 6, 0, 1440, "mon 00:00-02:00, sun 00:00-24:00"],
    ["holiday 22:00-02:00", 7, 0, 1440, "holiday 00:00-24:00"],
  ]) assert.equal(text(add(week(before), day, from, to)), after, before);
});

test("what is cut is gone from where it was drawn, also past midnight", () => {
  for (const [before, day, from, to, after] of [
    ["mon 07:00-12:00", 0, 480, 540, "mon 07:00-08:00, mon 09:00-12:00"],
    ["mon 07:00-12:00", 1, 0, 1440, "mon 07:00-12:00"],
    ["mon 22:00-06:00", 1, 120, 180, "mon 22:00-02:00, tue 03:00-06:00"],
    ["sun 22:00-06:00", 0, 0, 1440, "sun 22:00-24:00"],
    ["mon 22:00-06:00", 0, 0, 1440, "tue 00:00-06:00"],
    ["holiday 22:00-06:00", 0, 0, 1440, "holiday 22:00-06:00"],
  ]) assert.equal(text(cut(week(before), day, from, to)), after, before);
});

test("a block past midnight is drawn on both days", () => {
  assert.deepEqual(pieces(week("mon 22:00-06:00"), 1).map((p) => [p.from, p.to, p.tail]), [[0, 360, true]]);
  assert.deepEqual(pieces(week("mon 22:00-06:00"), 0).map((p) => [p.from, p.to, p.tail]), [[1320, 1440, false]]);
  assert.deepEqual(pieces(week("sat,sun 07:00-07:00"), 7), []);
});

test("rules are written as the unit reads them", () => {
  assert.equal(textOf([{spans: spansOf(week("sat,mon 08:00-10:00, sat 20:00-02:00"))},
    {spans: []}, {spans: spansOf(week("sun 09:00-12:00")), until: "2026-12-31"}]),
  "mon,sat 08:00-10:00, sat 20:00-02:00; sun 09:00-12:00 until 2026-12-31");
});
