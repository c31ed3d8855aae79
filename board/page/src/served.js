// @ts-check
// What stands in serial.js's place where `menshen-site desk` serves the page on this computer: the
// line to the unit goes through that program, by fetch, to the page's own origin and no other. The
// token of the address is taken out of it, and kept by this script alone.

import {Refused} from "./wire.js";

const hasToken = () => /^#[A-Z2-7]{26}$/.test(location.hash);
let token = hasToken() ? location.hash.slice(1) : "";
if (token) history.replaceState(null, "", "#/");
addEventListener("hashchange", () => { if (hasToken()) location.reload(); }); // the next address, in the same tab

/** Whether the unit is at a cable that a person chooses here. */
export const byCable = false;

/** @returns {boolean} */
export const canConnect = () => true;

/** @param {string} path @param {string} secret @param {RequestInit} [options] */
async function ask(path, secret, options = {}) {
  const answer = await fetch(path, {...options, headers: {Authorization: "Bearer " + secret}, credentials: "omit"})
    .catch(() => { throw new Refused(0, "", "page.served-gone"); });
  if (answer.ok) return answer;
  throw new Refused(0, "", answer.status === 502 ? "page.served-no-unit" : "page.served-used");
}

/**
 * Gives this page's key to the line. The address is worth nothing afterwards.
 * @returns {Promise<any>}
 */
export async function choosePort() {
  const used = token;
  token = "";
  return (await ask("enter", used, {method: "POST"})).text();
}

/**
 * Opens the line.
 * @param {any} key
 * @returns {Promise<import("./types.d.ts").Transport>}
 */
export async function openPort(key) {
  const stop = new AbortController();
  const {body} = await ask("line", key, {signal: stop.signal});
  const write = async (/** @type {Uint8Array<ArrayBuffer>} */ bytes) => {
    await ask("line", key, {method: "POST", body: bytes});
  };
  return {
    readable: /** @type {ReadableStream<Uint8Array>} */ (body),
    writable: new WritableStream({write}),
    sendBreak: () => write(new Uint8Array(1)),
    close: async () => stop.abort(),
  };
}

/** A program is not plugged in. */
export function onPlugged() {}
