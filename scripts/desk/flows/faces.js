// A person's way to face entry, and back: choice, notice, their own card, the camera with its
// picture; once more, by the door; and the withdrawal with its receipt.

import assert from 'node:assert/strict'
import {show, somebody} from '../harness/faces.js'

export const options = {seconds: 180, config: '[faces]\nwith_card = true\nlearn = true'}

export default async ({unit, page, lang}) => {
  const person = await somebody(unit, lang)
  await page.logIn()
  await show(page, '#/face/' + person)

  // 1. Both answers weigh the same.
  await page.see('page.face-choice')
  await page.shot('face-choice')
  await page.axe()

  // 2. The notice, whole, in the person's language; nothing is agreed to without reading it.
  await page.click('page.face-hear-more')
  await page.see('page.notice-read')
  const sheet = page.raw.locator('.sheet')
  assert.equal(await sheet.getAttribute('lang'), lang === 'zh' ? 'zh-Hans' : 'en')
  assert.ok((await sheet.textContent()).length > (lang === 'zh' ? 600 : 2000))
  await page.click('page.notice-yes')
  await page.see('page.needed')
  await page.shot('face-notice', {print: true})
  await page.axe()
  await page.field('page.notice-read-by-them').check()
  await page.click('page.notice-yes')

  // 3. Nobody else's card.
  await page.see('desk.agree-with-card')
  await page.shot('face-card')
  await page.axe()
  await unit.tap(2)
  await page.see('desk.not-persons-card')
  await page.click('page.try-again')
  await page.see('desk.agree-with-card')
  await unit.tap(1)
  await page.see('page.consent-recorded')
  const consent = await unit.recorded('consent given')
  assert.ok(consent.actor)
  await page.shot('face-consented')
  await page.axe()

  // 4. The camera, with its picture; the person steps out and walks up.
  await page.click('page.enrol-with-picture')
  await page.see('desk.stand-before-camera')
  await unit.recorded('aiming begun')
  await page.raw.locator('canvas').first().waitFor()
  await page.see('page.camera-no-face')
  await unit.face(1)
  await page.see('desk.step-out')
  assert.ok(await painted(page), 'the canvas shows nothing')
  await page.shot('face-enrolling')
  await page.axe()
  await unit.face(0)
  await page.see('desk.walk-up')
  await unit.face(1)
  await page.see(/5/, {within: page.raw.locator('.note.good')})
  await unit.face(0)
  await unit.recorded('aiming ended')
  assert.equal((await unit.log('face enrolled')).length, 1)
  await page.shot('face-enrolled')
  await page.axe()

  // Once more, by the door; then not.
  await page.click('page.face-let-door-ask')
  await page.see('desk.agree-with-card')
  await unit.tap(1)
  await page.see('page.again-recorded')
  await page.click('page.face-not-again')
  await page.see('page.again-ended')

  // Learning, which they came to ask for, and its end.
  await page.raw.getByText(page.say('page.learn-asked-for')).click()
  await page.shot('face-learning')
  await page.click('page.face-they-asked')
  await page.field('page.learn-read-by-them').check()
  await page.click('page.learn-yes')
  await page.see('desk.agree-with-card')
  await unit.tap(1)
  await page.see('page.learn-recorded')
  await page.click('page.learn-end')
  await page.shot('face-learn-end')
  await page.axe()
  await page.click('page.learn-end', {within: page.raw.getByRole('dialog')})
  await page.see('page.learn-ended')
  await page.click('page.face-go-on')

  // Withdrawn: the receipt is signed, shown, printed and saved.
  await page.click('page.withdraw')
  await page.shot('face-withdraw')
  await page.axe()
  await page.click('page.withdraw-now')
  await page.see('page.receipt-signed')
  await page.shot('face-receipt', {print: true})
  await page.axe()
  const saved = await page.saves(() => page.click('page.receipt-save'))
  const receipt = JSON.parse(saved.bytes.toString())
  assert.equal(receipt.found, 0)
  assert.ok(receipt.sig && receipt.sought > 0)
  await page.click('page.face-go-on')
  await page.see('page.face-no-stands')
  await page.shot('face-withdrawn')
  await page.axe()
}

/** Whether the canvas has pixels of more than one grey. */
const painted = (page) => page.raw.locator('canvas').first().evaluate((canvas) => {
  const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
  return new Set(data.filter((_, i) => i % 4 === 0)).size > 8
})
