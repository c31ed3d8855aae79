// 2,000 people come in over a line of 115,200 baud, and are undone. The cable is pulled twice: while
// the list is on its way nothing has happened; while it is done, it is done whole; the page says
// which of the two it was.

import assert from 'node:assert/strict'
import {until} from '../harness/unit.js'
import {list} from './lists-usb.js'

export const options = {languages: ["en"], speed: 11520, seconds: 240, config: `
[[readers]]
kind = "wiegand"
side = "outside"
bits = 26
`}

export default async ({unit, page, cable}) => {
  const all = list(2000)
  const give = () => page.raw.locator('#list-file').setInputFiles({name: 'tenants.csv', mimeType: 'text/csv', buffer: all})
  await page.logIn()
  await page.go('page.lists')
  await page.see('page.no-import', {seconds: 30})

  // Pulled on the way.
  const before = cable.sent
  await give()
  await until('half of the list is on its way', () => cable.sent - before > 12_000, 30)
  await unit.pull()
  await page.see('page.ended-line')
  await again(unit, page)
  await page.see(page.say('page.was-not-done', 'tenants.csv'), {seconds: 30})
  await page.shot('not-done', {dark: false})
  assert.deepEqual(await unit.log('people imported') ?? [], [])

  // Pulled while it is done.
  let sent = cable.sent, got = cable.received
  await page.timed('import of 2,000 people at 115,200 baud: sent and planned', async () => {
    await give()
    await page.see('page.would-do', {seconds: 60})
  })
  page.figure('bytes sent for a list of ' + all.length, cable.sent - sent, 'B')
  page.figure('bytes received', cable.received - got, 'B')
  sent = cable.sent
  await page.click(page.say('page.import-n', 2000))
  await until('it is asked for', () => cable.sent - sent > 190) // after import.last, which is 60 bytes
  await new Promise((go) => setTimeout(go, 60))
  await unit.pull()
  await unit.recorded('people imported')
  await again(unit, page)
  await page.see(page.say('page.was-done', 'tenants.csv', 2000, 0), {seconds: 30})
  await page.shot('was-done', {dark: false})

  sent = cable.sent
  await page.timed('import of 2,000 people at 115,200 baud: undone', async () => {
    await page.click('page.undo-import')
    await page.click('page.undo-now')
    await page.see('page.no-import', {seconds: 120})
  })
  await page.timed('import of 2,000 people at 115,200 baud: all of it, undisturbed', async () => {
    await give()
    await page.see('page.would-do', {seconds: 60})
    await page.click(page.say('page.import-n', 2000))
    await page.see(page.say('page.imported', 2000, 0, 2000), {seconds: 120})
  })
  sent = cable.received
  await page.timed('list of 2,000 people at 115,200 baud: saved', () => page.saves(() => page.raw.getByRole('listitem')
    .filter({hasText: page.say('page.list-people')}).getByRole('button').click()))
  page.figure('bytes received for it', cable.received - sent, 'B')
}

/** Plugs the cable in, and logs in again. */
async function again(unit, page) {
  await unit.plug()
  await unit.listening()
  await page.heading('page.log-in-heading') // the page greets the unit by itself
  await page.logIn('anna', {view: 'page.lists'})
}
