// @ts-check
// A key for backups, made in the browser: an X25519 pair as the program age writes it. The secret
// half is saved as a file by whoever asked for it, and goes nowhere else.

const letters = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/**
 * Makes a pair. Errors: the browser has no X25519.
 * @returns {Promise<{publicKey: string, secretKey: string}>} "age1…", "AGE-SECRET-KEY-1…"
 */
export async function makeKey() {
  const pair = /** @type {CryptoKeyPair} */ (await crypto.subtle.generateKey({name: "X25519"}, true, ["deriveBits"]));
  const open = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  const sealed = new Uint8Array(await crypto.subtle.exportKey("pkcs8", pair.privateKey)).slice(-32); // after its header
  const made = {publicKey: bech32("age", open), secretKey: bech32("age-secret-key-", sealed).toUpperCase()};
  sealed.fill(0);
  return made;
}

/**
 * The key as a file, which age and menshen restore read.
 * @param {{publicKey: string, secretKey: string}} key
 * @param {string} made when
 * @returns {Blob}
 */
export const keyFile = ({publicKey, secretKey}, made) => new Blob(
  [`# created: ${made}\n# public key: ${publicKey}\n${secretKey}\n`], {type: "text/plain"});

/** @param {string} text whether it looks like a public key of age; the unit checks it whole */
export const isPublicKey = (text) => /^age1[02-9ac-hj-np-z]{58}$/.test(text);

/**
 * Bytes as Bech32 (BIP 173).
 * @param {string} prefix @param {Uint8Array} bytes
 */
function bech32(prefix, bytes) {
  const five = [];
  let bits = 0, kept = 0;
  for (const b of bytes) {
    kept = kept << 8 | b;
    for (bits += 8; bits >= 5; kept &= (1 << bits) - 1) five.push(kept >> (bits -= 5));
  }
  if (bits > 0) five.push(kept << 5 - bits);
  const chars = [...prefix].map((c) => c.charCodeAt(0));
  const sum = checksum([...chars.map((c) => c >> 5), 0, ...chars.map((c) => c & 31), ...five, 0, 0, 0, 0, 0, 0]) ^ 1;
  return prefix + "1" + [...five, ...[25, 20, 15, 10, 5, 0].map((n) => sum >> n & 31)].map((n) => letters[n]).join("");
}

/** @param {number[]} values of five bits */
function checksum(values) {
  const by = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
  return values.reduce((sum, v) => {
    const top = sum >>> 25;
    return by.reduce((s, g, i) => top >> i & 1 ? s ^ g : s, (sum & 0x1ffffff) << 5 ^ v);
  }, 1);
}
