// The way in: name and secret, the own card where there is one, the commitment; a wrong secret, and
// the lock after five of them.

import assert from 'node:assert/strict'
import {secret} from '../harness/unit.js'

export default async ({unit, page}) => {
  await unit.operator('ben', 'manager', {card: 7, new: true})
  await page.open()
  await page.shot('connect')
  await page.axe()
  await page.connect()
  await page.shot('log-in')
  await page.axe()

  // A wrong secret is refused, and is not kept in its field.
  await page.logIn('ben', {secret: 'wrong horse', view: ''})
  await page.see('desk.login-denied')
  assert.equal(await page.field('page.secret').inputValue(), '')
  await page.shot('wrong-secret')
  await page.axe()

  // The right one, then a card that is not ben's.
  await page.logIn('ben', {card: 8, view: ''})
  await page.see('desk.login-denied')

  // Both factors; the commitment is read and accepted before anything else can be done.
  await page.logIn('ben', {card: 7, view: 'page.commitment'})
  assert.equal(await page.raw.getByRole('navigation').count(), 0)
  await page.shot('commitment', {print: true})
  await page.axe()
  await page.click('page.accept')
  await page.heading('page.today')
  await unit.recorded('commitment accepted', (e) => e.actor !== 'test')
  await page.click('page.log-out')
  await page.heading('page.log-in-heading')

  // Five wrong ones lock the line for ben, also for the right secret.
  for (let i = 0; i < 5; i++) await page.logIn('ben', {secret: 'wrong horse', view: ''})
  await page.logIn('ben', {secret, view: ''})
  await page.see('desk.locked-out')
  await page.shot('locked-out')
  await unit.later(60)
  await page.logIn('ben', {card: 7})
}
