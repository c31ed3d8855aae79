// The short form, for every "make test": a log-in, the door as it is, one act, the people.

import assert from 'node:assert/strict'

export const options = {short: true, languages: ['en'], seconds: 180}

export default async ({unit, page}) => {
  await unit.person({name: 'Ada Archer', apartment: '3-101', cards: [1]})
  await page.logIn()
  await page.see('page.door-locked')
  await unit.tap(1)
  await page.see(/granted/i)
  await page.click('page.read-again')
  await page.see('Ada Archer')
  await unit.relayIs(false)
  await page.click('page.open-door')
  await page.fill('page.reason', 'courier with a parcel')
  await page.click('page.open-now')
  await unit.relayIs(true)
  await page.gone('page.open-now')
  const opened = await unit.recorded('decision', (e) => e.reason === 'console')
  assert.ok(opened.grant)
  await page.go('page.people')
  await page.see('Ada Archer')
  await page.axe()
  await page.click('page.log-out')
  await page.heading('page.log-in-heading')
  await unit.recorded('log-out', (e) => e.detail.why === 'asked')
}
