// @ts-check
// Files over the line: save() takes one that the unit made, piece by piece, and gives it to the
// browser's downloads once its SHA-256 is the one that the unit told; send() brings one to the
// unit's buffer, for a method that reads it.

import {h} from "./dom.js";
import {say} from "./say.js";
import {call} from "./session.js";
import {Refused} from "./wire.js";

/** Bytes of one piece, before it is packed: in base64 it fits into a line. */
const piece = 16 * 1024;

/** The most bytes that the unit takes; as in package rpc. */
const maxUpload = 8 * 1024 * 1024;

/** @typedef {(p: import("./types.d.ts").Progress) => void} Told */

/**
 * Reads a file of the unit. Errors: those of {@link call}; one whose checksum is wrong.
 * @param {string} name as a result gave it: result.file.name
 * @param {Told} [told]
 * @param {AbortSignal} [signal]
 * @returns {Promise<Blob>}
 */
export async function take(name, told = () => {}, signal) {
  /** @type {Uint8Array<ArrayBuffer>[]} */
  const parts = [];
  let offset = 0;
  for (;;) {
    const got = await call("file.read", {name, offset, packed: true}, {signal});
    const bytes = got.packed ? await through(new DecompressionStream("gzip"), fromBase64(got.data), piece)
      : fromBase64(got.data);
    parts.push(bytes);
    offset += bytes.length;
    told({text: say("page.reading-file", name), done: offset, wanted: got.size});
    if (got.end) {
      const blob = new Blob(parts);
      if (await sha256(blob) !== got.sha256) throw new Refused(0, "", "page.file-damaged");
      return blob;
    }
    if (bytes.length === 0) throw new Refused(0, "", "page.file-damaged");
  }
}

/**
 * Reads a file of the unit and saves it where the browser saves downloads.
 * @param {string} name
 * @param {Told} [told]
 * @param {AbortSignal} [signal]
 */
export async function save(name, told, signal) {
  offer(await take(name, told, signal), name);
}

/**
 * Saves what the page has as a file.
 * @param {Blob} blob
 * @param {string} name
 */
export function offer(blob, name) {
  const url = URL.createObjectURL(blob);
  const link = h("a", {href: url, download: name.replace(/[^\w.\-\u4e00-\u9fff]/g, "-")});
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 60000);
}

/**
 * Sends a file into the session's buffer at the unit.
 * @param {Blob} blob
 * @param {Told} [told]
 * @param {AbortSignal} [signal]
 */
export async function send(blob, told = () => {}, signal) {
  if (blob.size > maxUpload) throw new Refused(0, "", "page.file-too-large");
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let got = {sha256: ""};
  for (let offset = 0; offset === 0 || offset < bytes.length; offset += piece) {
    const data = bytes.subarray(offset, offset + piece);
    const small = await through(new CompressionStream("gzip"), data, 2 * piece);
    got = await call("file.put", small.length < data.length ? {offset, packed: true, data: toBase64(small)}
      : {offset, data: toBase64(data)}, {signal});
    told({text: say("page.sending-file"), done: Math.min(offset + piece, bytes.length), wanted: bytes.length});
  }
  if (got.sha256 !== await sha256(blob)) throw new Refused(0, "", "page.file-damaged");
}

/**
 * Packs or unpacks a piece. Errors: it is damaged, or becomes longer than a piece may be.
 * @param {CompressionStream | DecompressionStream} press
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {number} most
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
async function through(press, bytes, most) {
  const out = new Uint8Array(most);
  let length = 0;
  const writer = press.writable.getWriter();
  writer.write(bytes).then(() => writer.close()).catch(() => {}); // the reader has the error too
  const reader = press.readable.getReader();
  for (;;) {
    const {value, done} = await reader.read().catch(() => { throw new Refused(0, "", "page.file-damaged"); });
    if (done) return out.slice(0, length);
    if (length + value.length > most) throw new Refused(0, "", "page.file-damaged");
    out.set(value, length);
    length += value.length;
  }
}

/** @param {Blob} blob @returns {Promise<string>} in hex, as package rpc tells it */
async function sha256(blob) {
  const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", await blob.arrayBuffer()));
  return Array.from(sum, (b) => b.toString(16).padStart(2, "0")).join("");
}

/** @param {string} text @returns {Uint8Array<ArrayBuffer>} */
export function fromBase64(text) {
  const raw = atob(text);
  const bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
  return bytes;
}

/** @param {Uint8Array} bytes @returns {string} */
export function toBase64(bytes) {
  let raw = "";
  for (const b of bytes) raw += String.fromCharCode(b);
  return btoa(raw);
}
