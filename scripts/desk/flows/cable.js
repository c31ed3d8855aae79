// The cable is pulled: the page says so, the unit logs out, and both work again once it is plugged.

import assert from 'node:assert/strict'
import {until} from '../harness/unit.js'

export const options = {config: '[console]\nidle = "20s"', seconds: 120}

export default async ({unit, page, cable}) => {
  const ended = (why) => async () => (await unit.log('log-out')).filter((e) => e.detail.why === why).length
  await unit.operator('ben', 'manager', {card: 7})

  // A USB device: the unit's end is gone too.
  await page.logIn()
  await unit.pull()
  await page.see('page.ended-line')
  await page.see('page.connect-heading')
  await page.shot('pulled')
  await page.axe()
  await unit.recorded('log-out', (e) => e.detail.why === 'line lost')
  await page.click('page.connect-again')
  await page.see('page.port-in-use')
  await unit.plug()
  await unit.listening()
  await page.heading('page.log-in-heading') // the page greets the unit by itself
  await page.logIn()

  // A serial adapter: the unit hears nothing. Whoever plugs in next finds a log-in, not a session.
  const before = await ended('line lost')()
  await unit.pull({unit: false})
  await page.see('page.ended-line')
  await unit.plug({unit: false})
  await page.heading('page.log-in-heading') // the page greets the unit by itself
  await until('the old session is over', async () => await ended('line lost')() > before)
  assert.equal((await cable.call('door.status')).error?.code, -32003)

  // While the unit waits for the second factor: the card that comes later logs nobody in.
  await page.fill('page.name-of-account', 'ben')
  await page.fill('page.secret', 'correct horse')
  await page.click('page.log-in')
  await page.see('desk.tap-own-card')
  await unit.pull()
  await page.see('page.ended-line')
  const logIns = (await unit.log('log-in')).length
  await unit.tap(7)
  await unit.plug()
  await unit.listening()
  await page.heading('page.log-in-heading') // the page greets the unit by itself
  assert.equal((await unit.log('log-in')).length, logIns)
  await page.logIn('ben', {card: 7})

  // The page is loaded again, or closed: that is a log-out too, with the next greeting.
  await page.raw.reload()
  await page.see('page.connect-heading')
  await page.click('page.choose-port')
  await page.heading('page.log-in-heading')
  await page.logIn('ben', {card: 7})

  // Nobody works here for a while.
  await page.see('page.ended-idle', {seconds: 40})
  await page.shot('idle')
  await page.axe()
  await unit.recorded('log-out', (e) => e.detail.why === 'idle')
  await page.logIn()
}
