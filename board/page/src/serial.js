// @ts-check
// A serial port of the browser (Web Serial) as a transport: the unit's console line, at the
// console's speed. The port is chosen by a person, in the browser's own list; a page cannot.

/** @returns {any} the browser's serial interface, or undefined */
const serial = () => /** @type {any} */ (navigator).serial;

/** Whether the unit is at a cable that a person chooses here; served.js says no. */
export const byCable = true;

/** @returns {boolean} whether this browser can speak to a serial port */
export const canConnect = () => Boolean(serial());

/**
 * Lets a person choose a port. To be called by a click or a key. null: nobody chose one.
 * @returns {Promise<any>}
 */
export async function choosePort() {
  try {
    return await serial().requestPort();
  } catch (error) {
    if (/** @type {Error} */ (error).name === "NotFoundError") return null;
    throw error;
  }
}

/**
 * Opens a port.
 * @param {any} port
 * @returns {Promise<import("./types.d.ts").Transport>}
 */
export async function openPort(port) {
  await port.open({baudRate: 115200, bufferSize: 64 * 1024});
  return {
    readable: port.readable,
    writable: port.writable,
    async sendBreak() {
      try {
        await port.setSignals({break: true});
        await new Promise((resolve) => setTimeout(resolve, 250));
        await port.setSignals({break: false});
      } catch {
        // A line at the unit's own USB port has no BREAK.
      }
    },
    close: () => port.close(),
  };
}

/**
 * Tells of a port that was chosen once and is plugged in again.
 * @param {(port: any) => void} listener
 */
export function onPlugged(listener) {
  serial()?.addEventListener("connect", (/** @type {Event} */ event) => listener(event.target));
}
