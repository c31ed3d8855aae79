// Cards in a row: a list, a tap for each, one skipped, one given again; then the cable is pulled in
// the middle of the next row, and nothing is half done.

import assert from 'node:assert/strict'
import {until} from '../harness/unit.js'

export const options = {seconds: 90}

export default async ({unit, page}) => {
  for (const [i, name] of ['Li Na', 'Wu Jie', 'Ada Archer', '周 敏'].entries()) {
    await unit.person({name, apartment: `120${i + 1}`})
  }
  await page.logIn()
  await page.go('page.cards-in-row')
  await page.shot('begin')
  await page.axe()
  await page.fill(/^(For whom|为谁)/, '1201 1202 1203')
  await page.click('page.show-list')
  await page.see(page.say('page.cards-wanted', 3))
  await page.shot('list', {dark: false})
  await page.axe()
  await page.click(page.say('page.give-cards', 3))

  await page.see(page.say('page.nth-of', 1, 3))
  await page.see('desk.hold-new-card')
  await page.shot('row')
  await page.axe()
  await unit.tap(21)
  await page.see(page.say('page.nth-of', 2, 3))
  await page.see('desk.hold-new-card')
  await unit.tap(21) // Li Na's
  await page.see('page.try-again')
  await page.shot('refused', {dark: false})
  await page.axe()
  await page.click('page.skip-person')
  await page.see(page.say('page.nth-of', 3, 3))
  await page.keys('b')
  await page.see(page.say('page.nth-of', 2, 3))
  await page.keys('b')
  await page.see(page.say('page.nth-of', 1, 3))
  await page.see('desk.hold-new-card')
  await unit.tap(22) // in the place of the first
  await page.see(page.say('page.nth-of', 2, 3))
  await page.keys('s')
  await page.see(page.say('page.nth-of', 3, 3))
  await page.see('desk.hold-new-card')
  await unit.tap(23)
  await page.see(page.say('page.cards-done', 2, 3))
  await page.shot('done', {print: true})
  await page.axe()
  await unit.tap(21)
  await unit.recorded('decision', (e) => !e.grant && e.reason === 'revoked')

  // The cable is pulled while the unit waits for a card: nobody gets it.
  const given = (await unit.log('credential added')).length
  await page.go('page.cards-in-row')
  await page.click('page.show-list')
  await page.see(page.say('page.cards-wanted', 2))
  await page.click(page.say('page.give-cards', 2))
  await page.see('desk.hold-new-card')
  await unit.pull()
  await page.see('page.ended-line')
  await page.shot('pulled', {dark: false})
  await unit.recorded('log-out', (e) => e.detail.why === 'line lost')
  await unit.tap(30)
  await unit.recorded('decision', (e) => !e.grant && e.reason === 'unknown')
  assert.equal((await unit.log('credential added')).length, given)

  // Plugged in again, the row goes on with who has none.
  await unit.plug()
  await until('the unit greets', async () => {
    await page.click('page.another-port')
    return page.heading('page.log-in-heading').then(() => true, () => false)
  }, 40)
  await page.logIn('anna', {view: ''})
  await page.go('page.cards-in-row')
  await page.click('page.show-list')
  await page.see(page.say('page.cards-wanted', 2))
}
