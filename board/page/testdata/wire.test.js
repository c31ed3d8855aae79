// A conversation with a unit, with one that is slow, and with one that lies.

import assert from "node:assert/strict";
import {test} from "node:test";
import {Wire, codes} from "../src/wire.js";
import {Unit, entered, settle} from "./unit.js";

test("it enters over whatever the console says, and again until the unit hears it", async () => {
  const unit = new Unit();
  unit.deaf = 1;
  unit.print("anna> {\"method\":\"hello\"} \u001b[2J\r\n");
  const wire = new Wire(unit.transport, () => {});
  const hello = await wire.enter(3, 50);
  assert.equal(hello.unit, "East gate");
  assert.equal(unit.breaks, 2);
});

test("a unit that hears every try late is greeted once", async () => {
  const unit = new Unit({add: () => 5});
  const {sendBreak} = unit.transport;
  const late = [];
  const take = unit.take.bind(unit);
  unit.transport.sendBreak = async () => { late.push(sendBreak); };
  unit.take = (text) => {
    late.push(() => take(text));
    if (late.length === 6) { // its console opens with the third try
      unit.take = take;
      late.forEach((hear, i) => setTimeout(hear, 4 * i));
    }
  };
  const wire = await entered(unit);
  assert.equal(unit.heard.filter((l) => l === "?menshen-rpc").length, 3);
  assert.equal(await wire.call("add"), 5);
});

test("it gives up where nobody answers", async () => {
  const unit = new Unit();
  unit.deaf = 9;
  await assert.rejects(new Wire(unit.transport, () => {}).enter(1, 50), {what: "page.no-hello"});
});

test("a call is answered, or refused with its remedy", async () => {
  const wire = await entered(new Unit({
    add: ({a, b}) => a + b,
    open: () => ({error: {code: 1, message: "no", data: {what: "desk.not-allowed", remedy: "ask"}}}),
  }));
  assert.equal(await wire.call("add", {a: 2, b: 3}), 5);
  await assert.rejects(wire.call("open"), {code: codes.refused, message: "no", what: "desk.not-allowed", remedy: "ask"});
});

test("news of a request reaches its listener, and puts off the time-out", async () => {
  const unit = new Unit({slow: (_, id) => {
    for (const [i, at] of [20, 40, 60].entries()) {
      setTimeout(() => unit.tell({method: "progress", params: {id, text: "tap", done: i}}), at);
    }
    setTimeout(() => unit.tell({id, result: "done"}), 80);
  }});
  const wire = await entered(unit);
  const heard = [];
  assert.equal(await wire.call("slow", {}, {timeout: 50, onProgress: (p) => heard.push(p.done)}), "done");
  assert.deepEqual(heard, [0, 1, 2]);
});

test("a unit that goes on with what was cancelled does not keep the others waiting", async () => {
  const unit = new Unit({deaf: () => {}, add: () => 5});
  const wire = await entered(unit);
  wire.grace = 20;
  const stop = new AbortController();
  const all = [1, 2, 3, 4].map(() => wire.call("deaf", {}, {timeout: 0, signal: stop.signal}));
  const refused = Promise.all(all.map((one) => assert.rejects(one, {code: codes.cancelled})));
  stop.abort();
  assert.equal(await wire.call("add"), 5);
  await refused;
});

test("a signal cancels at the unit, and so does a time-out", async () => {
  const unit = new Unit({wait: () => undefined});
  unit.methods.cancel = ({id}) => unit.tell({id, error: {code: codes.cancelled, message: "cancelled"}});
  const wire = await entered(unit);
  const stop = new AbortController();
  const waits = wire.call("wait", {}, {signal: stop.signal});
  await settle();
  stop.abort();
  await assert.rejects(waits, {code: codes.cancelled});
  await assert.rejects(wire.call("wait", {}, {timeout: 10}), {what: "page.no-answer"});
  await assert.rejects(wire.call("wait", {}, {signal: stop.signal}), {name: "AbortError"});
  await settle();
  assert.equal(unit.heard.filter((l) => l.includes("cancel")).length, 2);
});

test("four requests are under way, the others wait for their turn", async () => {
  let now = 0, most = 0;
  const unit = new Unit({work: (_, id) => {
    most = Math.max(most, ++now);
    setTimeout(() => { now--; unit.tell({id, result: id}); }, 5);
  }});
  const wire = await entered(unit);
  const twice = async () => [await wire.call("work"), await wire.call("work")];
  const all = await Promise.all(Array.from({length: 12}, twice));
  assert.equal(most, 4);
  assert.equal(new Set(all.flat()).size, 24);
});

test("what ends it is said once, and fails what is under way", async () => {
  for (const [why, end] of [
    ["idle", (unit) => unit.tell({method: "ended", params: {why: "idle"}})],
    ["line", (unit) => unit.out.error(new Error("pulled"))],
    ["line", (unit) => unit.out.close()],
    ["line", (unit) => unit.print("\r\nlog-in: \r\n")], // the console is back
    ["line", (unit) => unit.hello()], // it began anew: the session is another
  ]) {
    const unit = new Unit({wait: () => undefined});
    const wire = await entered(unit);
    const waits = wire.call("wait");
    await settle();
    end(unit);
    await assert.rejects(waits, {code: codes.noSession});
    assert.equal(wire.why, why);
    await assert.rejects(wire.call("wait"), {code: codes.noSession});
  }
});

test("closing it logs out, also on a line that cannot be closed", async () => {
  const unit = new Unit({wait: () => undefined});
  let sent = "";
  const take = unit.take.bind(unit);
  unit.take = (text) => { sent += text; take(text.replaceAll("\0", "")); };
  const wire = await entered(unit);
  const waits = wire.call("wait");
  await settle();
  const closed = wire.close();
  await assert.rejects(waits, {code: codes.noSession});
  await closed;
  assert.ok(sent.endsWith("\0\r"));
  assert.equal(wire.why, "asked");
});

test("a unit of another version is told so", async () => {
  const unit = new Unit();
  unit.hello = () => unit.tell({method: "hello", params: {protocol: 2}});
  let ended = "";
  const wire = new Wire(unit.transport, (why) => { ended = why; });
  await assert.rejects(wire.enter(1, 50));
  assert.equal(ended, "stale");
});

test("a unit that lies does not stop the page", async () => {
  const unit = new Unit({add: () => 5, watch: () => undefined});
  const wire = await entered(unit);
  const watched = wire.call("watch", {}, {onEvent: (e) => e.at.slice(1)}); // a view that trusts it
  await settle();
  for (const m of [{id: 99, result: 1}, {id: "__proto__", result: 1}, {id: 1, method: "event"}, {method: "event", params: null},
    {id: null, error: {}}, {method: "no-such"}, {result: 1}]) unit.tell(m);
  unit.print("{not json at all}\n".replace("{not", "{\"not\":"));
  await assert.rejects(watched);
  assert.equal(wire.over, true); // a line that is no JSON: it is not the protocol's any more
});

test("a long line of the unit is dropped, and the next one is heard", async () => {
  const unit = new Unit({add: () => 5});
  const wire = await entered(unit);
  unit.print("{\"x\":\"" + "y".repeat(2_000_000) + "\"}\n");
  assert.equal(await wire.call("add"), 5);
  assert.equal(wire.lines.dropped, 1);
  await assert.rejects(wire.call("add", {a: "x".repeat(40_000)}), {what: "page.too-long"});
});
