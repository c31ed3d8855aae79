// @ts-check
// Bytes of the line to lines of text and back. A line longer than the protocol allows is dropped
// whole, and told to nobody but the count: what a unit sends cannot fill the page's memory.

/** The most bytes of one line, each way; as in package rpc. */
export const maxLine = 32 * 1024;

/** Cuts what comes into lines. */
export class Lines {
  constructor() {
    /** @type {Uint8Array} */
    this.kept = new Uint8Array(maxLine);
    this.length = 0;
    this.skipping = false;
    this.dropped = 0;
    this.decoder = new TextDecoder();
  }

  /**
   * Takes bytes and gives the lines that they complete, without their ends.
   * @param {Uint8Array} bytes
   * @returns {string[]}
   */
  take(bytes) {
    const lines = [];
    for (const b of bytes) {
      if (b === 0) continue; // a line at the unit's USB port asks with NULs whether somebody listens
      if (b === 10 || b === 13) {
        if (this.length > 0) lines.push(this.decoder.decode(this.kept.subarray(0, this.length)));
        this.length = 0;
        this.skipping = false;
      } else if (this.length === maxLine) {
        this.dropped += this.skipping ? 0 : 1;
        this.skipping = true;
        this.length = 0;
      } else if (!this.skipping) {
        this.kept[this.length++] = b;
      }
    }
    return lines;
  }
}
