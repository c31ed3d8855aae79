// @ts-check
// Days as leases have them. The unit tells the first moment after a lease; people say its last day,
// and write it. All days are the site's: a moment's first ten letters are its day there.

/**
 * The last day before a moment; empty where there is none.
 * @param {string | undefined} moment as 2027-02-01T00:00:00+08:00
 * @returns {string} as 2027-01-31
 */
export function lastDay(moment) {
  if (!moment) return "";
  const day = moment.slice(0, 10);
  return moment.slice(11, 19) === "00:00:00" ? later(day, -1) : day;
}

/**
 * A day so many days later.
 * @param {string} day as 2027-01-31
 * @param {number} days
 * @returns {string}
 */
export function later(day, days) {
  const at = new Date(day + "T00:00:00Z");
  at.setUTCDate(at.getUTCDate() + days);
  return at.toISOString().slice(0, 10);
}
