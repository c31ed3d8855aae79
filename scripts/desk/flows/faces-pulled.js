// The cable is pulled in the middle of an enrolment: nothing is stored, nothing is half done, the
// camera is at rest; and it is done anew with the cable in again.

import assert from 'node:assert/strict'
import {consents, isEnrolled, show, somebody} from '../harness/faces.js'

export const options = {seconds: 120, languages: ['en']}

export default async ({unit, page, lang}) => {
  const person = await somebody(unit, lang)
  await page.logIn()
  await show(page, '#/face/' + person)
  await consents({unit, page})
  await page.click('page.enrol-with-picture')
  await unit.face(1)
  await page.see('desk.step-out')
  await unit.recorded('aiming begun')

  await unit.pull()
  await unit.recorded('log-out', (e) => e.detail.why === 'line lost')
  await unit.recorded('aiming ended')
  await page.see('page.ended-line')
  assert.equal(await page.raw.locator('canvas').count(), 0)
  await unit.face(0)
  await unit.face(1) // they walk up, as they were told, and nobody takes anything
  await new Promise((go) => setTimeout(go, 1500))
  assert.equal((await unit.log('face enrolled') ?? []).length, 0)
  await unit.face(0)

  await unit.plug()
  await page.connect()
  await page.logIn('anna', {view: ''})
  await show(page, '#/face/' + person)
  await page.see('page.enrol-face')
  await page.click('page.enrol-begin')
  await isEnrolled({unit, page})
  assert.equal((await unit.log('face enrolled')).length, 1)
}
