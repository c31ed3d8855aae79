// Who works at the unit, and the files that go over the line, through a port as the browser has it.

import assert from "node:assert/strict";
import {createHash} from "node:crypto";
import {before, test} from "node:test";
import {gunzipSync, gzipSync} from "node:zlib";
import {send, take} from "../src/file.js";
import {useWords} from "../src/say.js";
import {call, connect, logOut, may, session, setWho} from "../src/session.js";
import {Unit, settle} from "./unit.js";

const content = Uint8Array.from({length: 40_000}, (_, i) => i * 11);
const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");
let unit, put;

/** A port whose other end is a unit that is new with each opening, as after a log-out. */
const port = {
  async open() {
    unit = new Unit({
      "session.language": () => ({}),
      "session.logout": () => { setTimeout(() => unit.tell({method: "ended", params: {why: "asked"}})); return {}; },
      "file.read": ({name, offset}) => {
        const piece = name === "bomb" ? Buffer.alloc(1 << 20) : content.subarray(offset, offset + 16384);
        return {data: gzipSync(piece).toString("base64"), packed: true, size: content.length,
          end: offset + 16384 >= content.length, sha256: name === "bad" ? "00" : sha256(content)};
      },
      "file.put": ({offset, data, packed}) => {
        const piece = Buffer.from(data, "base64");
        put = Buffer.concat([offset ? put : Buffer.alloc(0), packed ? gunzipSync(piece) : piece]);
        return {size: put.length, sha256: sha256(put)};
      },
    });
    Object.assign(port, {readable: unit.transport.readable, writable: unit.transport.writable});
  },
  async setSignals({break: on}) { if (on) await unit.transport.sendBreak(); },
  async close() {},
};

before(async () => {
  useWords({en: {}}, []);
  await connect(port);
});

test("a role sees what it may do", () => {
  assert.equal(may(undefined), false);
  setWho({operator: "1", name: "udo", role: {code: "auditor", text: "auditor"}, may: ["reads-records"]});
  assert.deepEqual([may(undefined), may("reads-records"), may("opens-door")], [true, true, false]);
});

test("a file is read in pieces and checked", async () => {
  const told = [];
  const blob = await take("dossier.html", (p) => told.push(p.done));
  assert.deepEqual(new Uint8Array(await blob.arrayBuffer()), content);
  assert.deepEqual(told, [16384, 32768, 40000]);
  await assert.rejects(take("bad"), {what: "page.file-damaged"});
  await assert.rejects(take("bomb"), {what: "page.file-damaged"});
});

test("a file is sent in pieces and checked", async () => {
  await send(new Blob([content]));
  assert.deepEqual(new Uint8Array(put), content);
  await send(new Blob([]));
  assert.equal(put.length, 0);
  await assert.rejects(send(new Blob([new Uint8Array(9 << 20)])), {what: "page.file-too-large"});
});

test("after a log-out the unit is greeted again, and nobody works there", async () => {
  await logOut();
  for (let i = 0; i < 200 && (session().who || !session().wire); i++) await settle();
  assert.equal(session().who, null);
  assert.equal(session().ended, "asked");
  assert.equal(session().hello.unit, "East gate");
});

test("when the cable is pulled the session is gone, and the page says why", async () => {
  setWho({operator: "1", name: "anna", role: {code: "manager", text: "manager"}, may: []});
  unit.out.error(new DOMException("gone", "NetworkError"));
  await settle();
  assert.deepEqual([session().wire, session().who, session().ended], [null, null, "line"]);
  assert.equal(session().port, port);
  await assert.rejects(call("door.status"), {what: "page.line-gone"});
});
