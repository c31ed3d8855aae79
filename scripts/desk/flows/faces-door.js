// Face entry at the door: off and why, behind its passphrase, the notice that has changed, a child,
// a no that stands; and the camera, aimed.

import assert from 'node:assert/strict'
import {consents, isEnrolled, show, somebody} from '../harness/faces.js'

export const options = {seconds: 180}

const pass = 'five words that nobody guesses'

export default async ({unit, page, lang}) => {
  const person = await somebody(unit, lang)
  await unit.enrolled(7)
  await page.logIn()

  // The overview, and the passphrase: set, and locked after a start.
  await page.go('page.faces')
  await page.see(page.say('page.faces-work', 1))
  await page.fill('page.new-passphrase', pass)
  await page.fill('page.passphrase-again', 'another')
  await page.click('page.set-passphrase')
  await page.see('page.secrets-differ')
  await page.shot('faces-passphrase')
  await page.axe()
  await page.fill('page.passphrase-again', pass)
  await page.click('page.set-passphrase')
  await page.see('page.passphrase-set')
  await page.click('page.passphrase-away')
  await page.click('page.passphrase-away', {within: page.raw.getByRole('dialog')})
  await page.see('page.passphrase-gone')

  // Who agreed to an earlier notice is shown the present one, and agrees with their card.
  await unit.notice('the new desk')
  await show(page, '#/today')
  await page.go('page.faces')
  await page.shot('faces')
  await page.axe()
  await page.click('Tenant 7')
  await page.see('page.face-old-notice')
  await page.click('page.face-show-notice')
  await page.field('page.notice-read-by-them').check()
  await page.click('page.notice-yes')
  await page.see(/hold your own card/) // in their language
  await unit.tap(7)
  await page.see('page.consent-renewed')
  await page.shot('face-renewed')
  await page.axe()
  await page.go('page.faces')
  await page.see('page.old-notice-nobody')

  // The camera is gone: faces are off, cards are not.
  await unit.camera('gone')
  await show(page, '#/today')
  await page.go('page.faces')
  await page.see('page.cards-go-on')
  await page.shot('faces-off')
  await page.axe()
  await unit.camera('ok')

  // A no stands; nobody is led past it.
  await show(page, '#/face/' + person)
  await page.click('page.face-say-no')
  await page.see('page.face-do-not-ask')
  await unit.recorded('face refused')
  await page.shot('face-refused')
  await page.axe()
  assert.equal(await page.sees('page.face-hear-more'), false)

  // A child: a guardian reads, decides, and is on record.
  const child = await somebody(unit, lang, {cards: [3], minor: true})
  await show(page, '#/face/' + child)
  await page.click('page.face-hear-more')
  await page.see('page.guardian-decides')
  await page.field('page.notice-read-by-them').check()
  await page.click('page.notice-yes')
  await page.see('page.check-form')
  await page.shot('face-child')
  await page.axe()
  await page.fill('page.guardian-name', lang === 'zh' ? '王伟' : 'Ben Archer')
  await page.fill('page.guardian', lang === 'zh' ? '父亲' : 'father')
  await page.click('page.notice-yes')
  await page.see('desk.agree-with-card')
  await unit.tap(3)
  await page.see('page.consent-recorded')

  // The camera, aimed: only when it is asked for, on record, and gone when the view is left.
  await page.go('page.camera')
  await page.see('page.camera-works')
  assert.equal((await unit.log('aiming begun') ?? []).length, 0)
  await page.shot('camera')
  await page.axe()
  await page.click('page.camera-show')
  await page.see('page.camera-no-face')
  await unit.face(1)
  await page.see(new RegExp('^' + page.say('page.camera-good')))
  await page.shot('camera-aimed')
  await page.axe()
  await page.go('page.today')
  await unit.recorded('aiming ended')
  assert.equal(await page.raw.locator('canvas').count(), 0)
}
