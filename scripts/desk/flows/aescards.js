// AES cards: a group needs them, so somebody's fob is replaced by one; it says what it is wherever it
// is shown, carries its owner's face, and is made new again, which ends what it opened.

import assert from 'node:assert/strict'
import {show} from '../harness/faces.js'

export const options = {seconds: 120, aes: true,
  config: '[site]\naes_cards = ["residents"]\n[faces]\nwith_card = true\non_card = true'}

export default async ({unit, page, lang}) => {
  const person = Buffer.from(await unit.person({name: lang === 'zh' ? '王芳' : 'Ada Archer', apartment: '3-101', lang,
    groups: ['residents'], cards: [1]})).toString('hex')
  await page.logIn()

  // A fob does not open for her.
  await show(page, '#/people/' + person)
  await page.see('page.clonable')
  await page.see('desk.never-in-aes')
  await page.shot('fob')
  await page.axe()
  await unit.tap(1)
  await unit.recorded('decision', (e) => !e.grant && e.reason === 'not aes')

  // Another card in its place, which is written first.
  await page.click('page.replace')
  await page.field(/^(Write the card|先写卡)/).check()
  await page.click('page.wait-for-tap')
  await page.see('desk.hold-card-to-write')
  await unit.hold(0)
  await page.see('page.card-aes')
  await unit.lift()
  await page.shot('replaced')
  await page.axe()
  await page.click('page.close')
  await page.see('page.aes-card')
  await page.gone('desk.never-in-aes')
  await page.shot('person')
  await page.axe()
  await unit.hold(0)
  await unit.recorded('decision', (e) => e.grant)
  await unit.lift()

  // Whose it is.
  await page.go('page.cards-in-row')
  await page.click('page.whose-card')
  await page.see('desk.hold-found-card')
  await unit.hold(0)
  await page.see('page.aes-card', {within: page.raw.getByRole('dialog')})
  await unit.lift()
  await page.shot('whose')
  await page.axe()
  await page.click('page.close')

  // It carries her face, and the unit keeps none.
  await show(page, '#/face/' + person)
  await page.click('page.face-hear-more')
  await page.field('page.notice-read-by-them').check()
  await page.click('page.notice-yes')
  await page.see('desk.agree-with-card')
  await unit.hold(0)
  await page.see('page.enrol-on-card-means')
  await unit.lift()
  await page.shot('face-offered')
  await page.axe()
  await page.click('page.enrol-on-card')
  await page.see('desk.stand-before-camera')
  await unit.face(1)
  await page.see('desk.step-out')
  await unit.face(0)
  await page.see('desk.walk-up')
  await unit.face(1)
  await page.see('desk.hold-card-for-face')
  await unit.face(0)
  await page.shot('face-writing')
  await page.axe()
  await unit.hold(0)
  await page.see('page.face-on-card')
  await unit.lift()
  await page.shot('face-on-card')
  await page.axe()
  assert.equal((await unit.log('face enrolled')).length, 1)

  // Made new again: no other card is taken for it, and with it face entry ends.
  await page.go('page.cards-in-row')
  await page.shot('cards')
  await page.axe()
  await page.click('page.retire-card')
  await page.see('desk.hold-card-to-retire')
  await page.shot('retire')
  await page.axe()
  await unit.tap(2)
  await page.see('desk.card-not-retired')
  await page.click('page.try-again')
  await page.see('desk.hold-card-to-retire')
  await unit.hold(0)
  await page.see('page.card-retired')
  await page.see('page.retired-face-gone')
  await page.shot('retired')
  await page.axe()
  await unit.recorded('card retired')
  await page.click('page.to-their-page')
  await page.see('page.revoked')
  await page.see('page.no-way-in')
}
