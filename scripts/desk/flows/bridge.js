// The bridge itself: the bridged navigator.serial is Web Serial, and the unit at its end is real.

import assert from 'node:assert/strict'
import {fileURLToPath} from 'node:url'
import {secret, until} from '../harness/unit.js'

const terminal = fileURLToPath(new URL('../harness/terminal.html', import.meta.url))

export const options = {languages: ['en']}

/** The name of the error that code in the page ends with. */
const fails = (page, code) => page.raw.evaluate(code + '.then(() => "nothing", (e) => e.name)')

export default async ({unit, page, cable}) => {
  await page.open(terminal)
  await page.click('Open')
  const type = (text) => page.raw.evaluate((t) => window.type(t), text)
  await unit.recorded('unit started')
  await type('\r')
  await page.see('log-in:')
  await type('anna\r')
  await page.see('secret:')
  await type(secret + '\r')
  await page.see('anna>')
  await type('open to try the bridge\r')
  await unit.relayIs(true)

  assert.equal(await fails(page, 'port.open({baudRate: 9600})'), 'InvalidStateError')
  assert.equal(await fails(page, 'port.close()'), 'TypeError') // a reader holds the stream

  // A BREAK logs out.
  await page.raw.evaluate(async () => {
    await window.port.setSignals({break: true})
    await window.port.setSignals({break: false})
  })
  await unit.recorded('log-out')

  // The cable is pulled in the middle of a session.
  await type('\ranna\r')
  await until('the question for the secret', async () => (await page.raw.locator('#screen').textContent()).split('secret:').length > 2)
  await type(secret + '\r')
  await until('the second log-in', async () => (await unit.log('log-in')).length > 1)
  await page.raw.evaluate(() => { navigator.serial.ondisconnect = () => { window.heard = true } })
  await unit.pull()
  await until('the page notices', () => page.raw.evaluate(() => window.heard && window.ended === 'NetworkError'))
  await until('the second log-out', async () => (await unit.log('log-out')).length > 1)
  assert.equal(await fails(page, 'window.port.open({baudRate: 9600})'), 'InvalidStateError')
  await page.raw.evaluate(() => window.port.close())
  assert.equal(await fails(page, 'window.port.open({baudRate: 9600})'), 'NetworkError')
  await unit.plug()
  await page.raw.evaluate(() => { document.querySelector('#screen').textContent = '' })
  await page.click('Open')
  await type('\r')
  await page.see('log-in:', {seconds: 15})
  await page.shot('terminal', {print: true})
  await page.axe()
  assert.ok(cable.sent > 40 && cable.received > 300)
}
