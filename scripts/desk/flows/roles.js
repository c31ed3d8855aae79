// Role by role: what a page does not offer, the unit refuses too, to a page that was tampered with.

import assert from 'node:assert/strict'

export const options = {languages: ['en'], seconds: 120}

/** What each role may not do, of what stands in the protocol; each with parameters that would do it. */
const open = ['door.open', {reason: 'a parcel'}]
const lockdown = ['door.lockdown', {on: true}]
const evacuate = ['door.evacuate', {on: true}]
const find = ['people.find', {}]
const add = ['people.add', {name: 'Eve', lang: 'en'}]
const decisions = ['records.decisions', {count: 5}]
const refused = {
  auditor: [open, lockdown, evacuate, add],
  installer: [find, add, decisions],
  technician: [add],
  manager: [],
}

export default async ({unit, page, cable}) => {
  for (const [role, methods] of Object.entries(refused)) {
    await unit.operator(role, /** @type {any} */ (role))
    await page.logIn(role)
    await page.see('page.role-' + role)
    const offered = await page.raw.getByRole('navigation').getByRole('link').allTextContents()
    console.log(`${role}: ${offered.join(', ')}`)
    await page.see('page.door-locked')
    assert.equal(await page.sees('page.open-door'), role !== 'auditor')
    await page.shot(role)
    await page.axe()
    for (const link of await page.raw.getByRole('navigation').getByRole('link').all()) {
      await link.click()
      await page.settled()
      assert.equal(await page.sees('desk.not-allowed'), false, `${role} is offered what they may not see: ${await link.textContent()}`)
    }
    const before = (await unit.log('person added') ?? []).length
    for (const [method, params] of methods) {
      const {error} = await cable.call(method, params)
      assert.equal(error?.data?.what, 'desk.not-allowed', `${method} as ${role}: ${JSON.stringify(error)}`)
    }
    assert.equal((await unit.log('person added') ?? []).length, before)
    assert.equal(await unit.relay(), false)
    await page.click('page.log-out') // from the last view: the next one begins with the first
    await page.heading('page.log-in-heading')
  }
}
